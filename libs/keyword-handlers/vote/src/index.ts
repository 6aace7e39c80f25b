export * from './vote.keyword-handler.js';
