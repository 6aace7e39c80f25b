import { createHash } from 'node:crypto';
import { sql, type RawBuilder } from 'kysely';
import { escapeText, storableJson } from './any-text.js';

/** A parameter that is in its stored form already. */
export class Stored {
  constructor(readonly text: string) {}
}

/** One JSON document: a parameter for json columns and for `json_populate_recordset`. Null stays null. */
export const json = (value: unknown): Stored | null =>
  value === null || value === undefined ? null : new Stored(storableJson(value));

/**
 * An array of texts in PostgreSQL's own notation. It is an element of an array that `unnest` takes apart: an array of arrays would be
 * taken apart to its last text.
 */
export const textArray = (texts: readonly string[] | null): Stored | null =>
  texts && new Stored(`{${texts.map((text) => `"${escapeText(text).replace(/["\\]/g, '\\$&')}"`).join(',')}}`);

/** A parameter as the driver takes it: every text is storable, and an int8 stays exact. */
export function toStored(parameter: unknown): unknown {
  if (typeof parameter === 'string') return escapeText(parameter);
  if (typeof parameter === 'bigint') return String(parameter);
  if (parameter instanceof Stored) return parameter.text;
  if (Array.isArray(parameter)) return parameter.map(toStored);
  return parameter;
}

const PREPARED = '/* prepared */';
const names = new Map<string, string>();

/**
 * A statement that each connection parses and plans once. Use it only where a generic plan is fine: the plan never changes while a table
 * grows.
 */
export const prepared = <T>(statement: RawBuilder<T>): RawBuilder<T> => sql<T>`${sql.raw(PREPARED)} ${statement}`;

/** The name under which a connection keeps a statement; undefined for one that is not marked as prepared. */
export function nameOf(text: string): string | undefined {
  if (!text.startsWith(PREPARED)) return undefined;
  const name = names.get(text) ?? createHash('sha256').update(text).digest('base64url');
  names.set(text, name);
  return name;
}
