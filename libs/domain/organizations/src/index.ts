export * from './organization-key.js';
export * from './organization.aggregate.js';
export * from './organization.events.js';
export * from './provision-organization.command.js';
