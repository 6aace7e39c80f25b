export * from './check-projection.js';
export * from './history.js';
