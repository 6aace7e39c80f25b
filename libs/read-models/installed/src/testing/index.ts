export * from './cutting-proxy.js';
export * from './event-store-process.js';
export * from './program.js';
export * from './traffic.js';
export * from './until.js';
