export * from './installed-handlers.js';
