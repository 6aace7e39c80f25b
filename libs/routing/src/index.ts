export * from './checkpoint.js';
export * from './keyword-router.js';
export * from './routing.module.js';
