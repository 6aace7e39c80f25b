export * from './checkpoint.js';
export * from './keyword-router.js';
