import { setTimeout as delay } from 'node:timers/promises';

const PAUSE_MS = 25;
/** Far more than any machine needs. */
const AT_MOST_MS = 90_000;

/**
 * Looks again and again until what it sees is as it should be, and returns that. What cannot be looked at (an answer that is an error, a
 * connection that is refused) is looked at again. Where it never is, this throws with what it saw last.
 */
export async function until<T>(
  what: string,
  look: () => Promise<T> | T,
  isSo: (seen: T) => boolean,
  atMostMs = AT_MOST_MS,
): Promise<T> {
  const end = performance.now() + atMostMs;
  let last: string;
  do {
    try {
      const seen = await look();
      if (isSo(seen)) return seen;
      last = shown(seen);
    } catch (error) {
      last = String(error);
    }
    await delay(PAUSE_MS);
  } while (performance.now() < end);
  throw new Error(`it never came to this: ${what}; seen last: ${last}`);
}

const shown = (seen: unknown): string =>
  JSON.stringify(seen, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))?.slice(0, 4_000) ??
  String(seen);
