export * from './check-projection.js';
export * from './held-event-log.js';
export * from './history.js';
export * from './running.js';
export * from './until.js';
