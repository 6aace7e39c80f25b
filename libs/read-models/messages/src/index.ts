export * from './find-changes.query.js';
export * from './find-messages.query.js';
export * from './find-quarantine.query.js';
export * from './find-statuses.query.js';
export * from './message-item.js';
export * from './messages.projection.js';
export * from './messages-read-model.module.js';
export * from './read-message.query.js';
