import { escapeText, storableJson } from './any-text.js';
import { Stored } from './translating-driver.js';

const NULL = 'NULL';
const QUOTED = /["\\]/;
const EACH_QUOTED = /["\\]/g;

/** An array of elements that `element` or `documentElement` gave: a parameter for `unnest`, which reads it far faster than JSON. */
export const storedArray = (elements: readonly string[]): Stored => new Stored(`{${elements.join(',')}}`);

/** A text, a number, a boolean, an array of them, or null, as an element of an array. */
export function element(value: unknown): string {
  if (typeof value === 'string') return quoted(escapeText(value));
  if (value === null || value === undefined) return NULL;
  return Array.isArray(value) ? quoted(`{${value.map(element).join(',')}}`) : String(value);
}

/** A JSON document as an element of an array; null is no document. */
export const documentElement = (value: unknown): string =>
  value === null || value === undefined ? NULL : quoted(storableJson(value));

const quoted = (text: string): string => `"${QUOTED.test(text) ? text.replace(EACH_QUOTED, '\\$&') : text}"`;
