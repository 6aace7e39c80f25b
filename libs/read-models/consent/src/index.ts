export * from './consent.projection.js';
export * from './consent-read-model.module.js';
export * from './find-reviews.query.js';
export * from './find-subscribers.query.js';
export * from './read-subscriber.query.js';
export type { ConsentState } from './consent.tables.js';
