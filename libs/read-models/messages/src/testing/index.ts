export * from './example-posts.js';
