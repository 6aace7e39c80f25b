export * from './read-side-under-test.js';
