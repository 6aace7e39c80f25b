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

// In a JSON document as JSON.stringify writes it NUL and lone surrogates are escapes; every escape is matched, so that none is taken for
// one that begins inside another.
const MAY_NEED_ESCAPE = /\\u(?:0000|d[89a-f])|\uE000/;
const EACH_ESCAPE_OR_MARK = /\\(?:u(0000|d[89a-f]..)|.)|\uE000/g;

/** A value as JSON, the strings inside it (names of properties included) as `escapeText` gives them. */
export function storableJson(value: unknown): string {
  const text = JSON.stringify(value);
  if (!MAY_NEED_ESCAPE.test(text)) return text;
  return text.replace(EACH_ESCAPE_OR_MARK, (found, odd?: string) => {
    if (found === MARK) return escapeText(MARK);
    return odd === undefined ? found : MARK + odd;
  });
}

/** The value of a JSON document that `storableJson` wrote. */
export function parseStoredJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return text.includes(MARK) ? unescapeJson(value) : value;
}

function unescapeJson(value: unknown): unknown {
  if (typeof value === 'string') return unescapeText(value);
  if (Array.isArray(value)) return value.map(unescapeJson);
  if (typeof value !== 'object' || value === null) return value;
  // fromEntries defines properties, so that a field called `__proto__` stays an ordinary one.
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [unescapeText(name), unescapeJson(item)]));
}
