import { sql, type RawBuilder } from 'kysely';
import { escapeText } from './any-text.js';

/** How much of a text an index holds: a whole value may be longer than an index entry can be. */
export const INDEXED_CHARACTERS = 64;

/**
 * `column = value` for text of any length, in the form that an index on `left(column, 64)` serves. A value that is shorter than what is
 * indexed is compared once: said twice, the planner would take it to be far rarer than it is.
 */
export const sameText = (column: string, value: string): RawBuilder<boolean> => {
  const indexedPart = sql<boolean>`left(${sql.ref(column)}, ${sql.lit(INDEXED_CHARACTERS)}) = left(${value}::text, ${sql.lit(INDEXED_CHARACTERS)})`;
  if ([...escapeText(value)].length < INDEXED_CHARACTERS) return indexedPart;
  return sql<boolean>`(${indexedPart} and ${sql.ref(column)} = ${value}::text)`;
};

/** The expression of an index that `sameText` uses. */
export const indexed = (column: string): string => `left(${column}, ${INDEXED_CHARACTERS})`;
