export * from './engines.js';
export * from './postgres-cluster.js';
