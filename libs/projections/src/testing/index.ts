export * from './check-projection.js';
export * from './history.js';
export * from './running.js';
