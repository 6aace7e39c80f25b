export { sql, type ExpressionBuilder, type Kysely, type RawBuilder, type SelectQueryBuilder } from 'kysely';
export { FolderLocked } from './folder-lock.js';
export { prepared } from './prepared.js';
export * from './read-store.js';
export * from './sql.js';
export * from './stored-array.js';
export { json, QueryFailed } from './translating-driver.js';
