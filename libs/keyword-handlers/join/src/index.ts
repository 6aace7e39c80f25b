export * from './join.keyword-handler.js';
