// PostgreSQL refuses NUL and lone surrogates in text and jsonb. They are written as this private-use character and four hex digits;
// the character itself too, so that every text has exactly one stored form and comes back as it was.
const MARK = '\uE000';
const NEEDS_ESCAPE = /[\0\uE000\p{Surrogate}]/u;
const EACH_ODD = /[\0\uE000\p{Surrogate}]/gu;
const EACH_ESCAPE = /\uE000([0-9a-f]{4})/g;

/** Any JavaScript string in a form that PostgreSQL stores. */
export const escapeText = (text: string): string =>
  NEEDS_ESCAPE.test(text)
    ? text.replace(EACH_ODD, (odd) => MARK + odd.charCodeAt(0).toString(16).padStart(4, '0'))
    : text;

/** The string that `escapeText` was given. */
export const unescapeText = (stored: string): string =>
  stored.includes(MARK)
    ? stored.replace(EACH_ESCAPE, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    : stored;

/** The same for every string inside a JSON value, names of properties included. */
export const escapeJson = (value: unknown): unknown => mapStrings(value, escapeText);
export const unescapeJson = (value: unknown): unknown => mapStrings(value, unescapeText);

function mapStrings(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, map));
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  // fromEntries defines properties, so that a field called `__proto__` stays an ordinary one.
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [map(name), mapStrings(item, map)]));
}
