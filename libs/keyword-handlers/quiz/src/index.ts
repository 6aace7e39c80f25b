export * from './quiz.keyword-handler.js';
export * from './quiz.settings.js';
