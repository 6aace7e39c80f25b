/** What went wrong, of whatever was thrown; `instanceof Error` fails for errors of another realm or thread. */
export const messageOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
