export * from './filters.js';
export * from './known-problems.js';
export * from './ledger-after.interceptor.js';
export * from './list-query.js';
export * from './page.js';
export * from './projections.controller.js';
export * from './read-side.module.js';
export * from './tokens.js';
