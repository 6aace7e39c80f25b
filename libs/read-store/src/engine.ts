import type { PostgresPool } from 'kysely';
import pg from 'pg';

/** What tells PGlite and PostgreSQL apart; everything above it is one code path. */
export interface Engine {
  readonly kind: 'pglite' | 'postgres';
  readonly pool: PostgresPool;
}

/** Of the types that the read models use, those that the driver would turn into something lossy or of another shape. */
const PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  /** int8: a string, never a Number. */
  20: (text) => text,
  /** numeric: what `sum` of int8 gives. */
  1700: (text) => text,
  /** timestamptz: ISO 8601 UTC in milliseconds. */
  1184: (text) => new Date(text).toISOString(),
};

/** How each type becomes a JavaScript value. */
export const TYPES: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    // The text format is the only one that is asked for; pg's declaration has an overload for each.
    (PARSERS[oid] ?? pg.types.getTypeParser(oid, format as 'text')) as never,
};

/** Of every session: times in UTC. */
export const SESSION = { timezone: 'UTC' };
