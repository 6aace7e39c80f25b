import pg from 'pg';
import { parseStoredJson, unescapeText } from './any-text.js';

const { builtins } = pg.types;
const TEXT_ARRAY = 1009;
// The driver's declaration does not know the array types, which it parses all the same.
const parseTextArray = pg.types.getTypeParser(TEXT_ARRAY as never, 'text') as (text: string) => (string | null)[];

/** How the types that the read models use become JavaScript values, where the driver alone would lose something. */
const PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  [builtins.TEXT]: unescapeText,
  [builtins.VARCHAR]: unescapeText,
  [TEXT_ARRAY]: (text) => parseTextArray(text).map((item) => item && unescapeText(item)),
  [builtins.JSON]: parseStoredJson,
  [builtins.JSONB]: parseStoredJson,
  /** A string, never a Number. */
  [builtins.INT8]: (text) => text,
  /** The type of a sum of int8. */
  [builtins.NUMERIC]: (text) => text,
  /** ISO 8601 UTC in milliseconds. */
  [builtins.TIMESTAMPTZ]: (text) => new Date(text).toISOString(),
};

export const RESULT_TYPES: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    // Only the text format is asked for; the driver's declaration has an overload for each.
    (PARSERS[oid] ?? pg.types.getTypeParser(oid, format as 'text')) as never,
};
