export { sql, type ExpressionBuilder, type Kysely, type RawBuilder, type SelectQueryBuilder } from 'kysely';
export * from './embedded-postgres.js';
export { json, prepared, Stored, textArray } from './parameters.js';
export { QueryFailed } from './query-failed.js';
export * from './read-store.js';
export * from './sql.js';
