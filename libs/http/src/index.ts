export * from './access.js';
export * from './address.js';
export * from './health.js';
export * from './logging.js';
export * from './problem.js';
export * from './service.js';
export * from './settings.js';
export * from './validation.js';
