export * from './code.aggregate.js';
export * from './code.events.js';
export * from './code.refusal.js';
export { codeWarnings, programWarnings } from './code.rules.js';
export * from './code.state.js';
export * from './match-program.js';
