/** The client's own names of its errors (`error.type`); whether an append that failed so may have been written. */
const REFUSED = new Set([
  'stream-deleted',
  'maximum-append-size-exceeded',
  'invalid-argument',
  'access-denied',
  'missing-required-metadata-property',
  'invalid-transaction',
]);

export const typeOf = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'type' in error && typeof error.type === 'string'
    ? error.type
    : undefined;

export const isWrongExpectedVersion = (error: unknown): boolean => typeOf(error) === 'wrong-expected-version';
export const isStreamNotFound = (error: unknown): boolean => typeOf(error) === 'stream-not-found';

/** The store said no, for good: nothing was written, and trying again would not help. */
export const isRefusal = (error: unknown): boolean => REFUSED.has(typeOf(error) ?? '');
