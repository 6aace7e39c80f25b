export * from './organization.events.js';
