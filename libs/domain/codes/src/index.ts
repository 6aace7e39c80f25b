export * from './code.events.js';
