import { DELETED } from '../storage/numbers.js';

/** What the server itself reads of a stream's metadata (EVENT_STORE.md §7); anything else in it is the users'. */
export interface StreamMetadata {
  maxCount?: number;
  /** Seconds. */
  maxAge?: number;
  truncateBefore?: number;
}

const LAST_REVISION = 2n ** 63n - 1n;

/** The data of a `$metadata` event that deletes a stream softly. */
export const SOFT_DELETED = Buffer.from(`{"$tb":${LAST_REVISION}}`);

/** The reviver's third argument (2^63−1 is not a number that JavaScript can hold) is newer than the types. */
const parseWithSource = JSON.parse as (
  text: string,
  reviver: (key: string, part: unknown, context: { source?: string }) => unknown,
) => unknown;

const parse = (data: Uint8Array): Record<string, unknown> => {
  try {
    const value = parseWithSource(Buffer.from(data).toString('utf8'), (_, part, { source }) =>
      source === String(LAST_REVISION) ? DELETED : part,
    );
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
};

const natural = (value: unknown, least: number): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value >= least ? Math.min(value, DELETED) : undefined;

/** Reads the data of a `$metadata` event; what is no JSON object, or no sensible number, counts as not there. */
export const parseMetadata = (data: Uint8Array): StreamMetadata => {
  const raw = parse(data);
  const maxCount = natural(raw['$maxCount'], 1);
  const maxAge = natural(raw['$maxAge'], 1);
  const truncateBefore = natural(raw['$tb'], 0);
  return {
    ...(maxCount !== undefined && { maxCount }),
    ...(maxAge !== undefined && { maxAge }),
    ...(truncateBefore !== undefined && { truncateBefore }),
  };
};

/** The same metadata with another `$tb`: what a stream gets that is written to after it was deleted. */
export const withTruncateBefore = (data: Uint8Array, truncateBefore: number): Buffer =>
  Buffer.from(JSON.stringify({ ...parse(data), $tb: truncateBefore }));

export const isSoftDeleted = (metadata: StreamMetadata): boolean => metadata.truncateBefore === DELETED;

export const isMetastream = (stream: string): boolean => stream.startsWith('$$');
export const metastreamOf = (stream: string): string => `$$${stream}`;
export const originalOf = (metastream: string): string => metastream.slice(2);
