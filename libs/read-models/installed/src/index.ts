export * from './installed-read-models.js';
export * from './observe-projections.js';
export * from './read-side.js';
export { LEASE_SECONDS } from '@mo-ledger/projections';
export { readSideProblems } from '@mo-ledger/read-model-kit';
