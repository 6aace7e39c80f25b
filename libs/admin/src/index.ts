export * from './admin.module.js';
export { AFTER_COMMAND, type AfterCommand } from './answers.js';
export * from './problems.js';
