export * from './installed-read-models.js';
export * from './observe-projections.js';
export * from './read-side.js';
export { readSideProblems } from '@mo-ledger/read-model-kit';
