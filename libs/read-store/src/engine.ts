import type { Driver } from 'kysely';

/** What tells PGlite and PostgreSQL apart; everything above it is one code path. */
export interface Engine {
  readonly kind: 'pglite' | 'postgres';
  readonly driver: Driver;
}

/** Of the types that the read models use, those that the drivers would turn into something lossy or of another shape. */
export const PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  /** int8: a string, never a Number. */
  20: (text) => text,
  /** numeric: what `sum` of int8 gives. */
  1700: (text) => text,
  /** timestamptz: ISO 8601 UTC in milliseconds. */
  1184: (text) => new Date(text).toISOString(),
};

/** Of every session: times in UTC. */
export const SESSION = { timezone: 'UTC' };
