export { until } from '@mo-ledger/projections/testing';
export * from './cutting-proxy.js';
export * from './event-store-process.js';
export * from './program.js';
export * from './traffic.js';
