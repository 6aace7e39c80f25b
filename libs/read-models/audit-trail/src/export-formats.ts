import type { Attempt } from './attempt.js';

export const FORMATS = ['ndjson', 'csv', 'line'] as const;
export type ExportFormat = (typeof FORMATS)[number];

/** How attempts are written: what stands before them all, and each of them. */
export interface Writer {
  readonly contentType: string;
  readonly head: string;
  write(attempt: Attempt): string;
}

const COLUMNS = [
  ...(['id', 'ledgerId', 'at', 'organization', 'carrier', 'channel', 'router', 'code'] as const),
  ...(['deviceAddress', 'messageId', 'kind', 'outcome', 'source', 'answer', 'durationMs'] as const),
] satisfies readonly (keyof Attempt)[];

/** The formats of `GET /audit/export` (API.md; GATEWAY.md, The audit trail). */
export const writers: Readonly<Record<ExportFormat, Writer>> = {
  ndjson: {
    contentType: 'application/x-ndjson; charset=utf-8',
    head: '',
    write: (attempt) => `${JSON.stringify(attempt)}\n`,
  },
  csv: {
    contentType: 'text/csv; charset=utf-8',
    head: `${COLUMNS.join(',')}\r\n`,
    write: (attempt) => `${COLUMNS.map((column) => csvValue(attempt[column])).join(',')}\r\n`,
  },
  line: { contentType: 'text/plain; charset=utf-8', head: '', write: sampleLine },
};

/**
 * A value by RFC 4180. One that a spreadsheet would run is prefixed with `'`; every character of it stays. An absent value is nothing,
 * an empty one is `""`.
 */
export function csvValue(value: string | number | null): string {
  if (value === null) return '';
  if (value === '') return '""';
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The line that the requirement's sample writes for a post; an absent value prints as an empty one, as it does there. */
function sampleLine({ at, carrier, channel, deviceAddress }: Attempt): string {
  const values = `Carrier: ${lineValue(carrier)}; Channel: ${lineValue(channel)}; Device address: ${lineValue(deviceAddress)}`;
  return `${ctime(new Date(at))} -- ${values}\n`;
}

const BREAKS = /[\n\v\f\r\u0085\u2028\u2029]/;
const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r' };

/** A value with a line break is escaped as a string of JavaScript is, so that a post is one line whatever it holds. */
export function lineValue(value: string | null): string {
  if (value === null || !BREAKS.test(value)) return value ?? '';
  return value.replace(
    /[\\\n\v\f\r\u0085\u2028\u2029]/g,
    (odd) => ESCAPED[odd] ?? `\\u${odd.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A time as C's `ctime` writes it, in UTC: `Sun Nov  1 12:00:00 2026`. */
export function ctime(time: Date): string {
  const [weekday = '', day = '', month = '', year = '', clock = ''] = time.toUTCString().split(/,? /);
  return `${weekday} ${month} ${String(Number(day)).padStart(2)} ${clock} ${year}`;
}
