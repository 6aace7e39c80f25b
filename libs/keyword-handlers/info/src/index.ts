export * from './info.keyword-handler.js';
