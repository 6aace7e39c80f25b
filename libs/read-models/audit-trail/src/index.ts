export * from './attempt.js';
export * from './attempt-filters.js';
export * from './audit-trail.projection.js';
export * from './audit-trail-read-model.module.js';
export * from './export-attempts.query.js';
export * from './export-formats.js';
export * from './find-attempts.query.js';
export * from './find-refusals.query.js';
