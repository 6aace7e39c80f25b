import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';

const PAUSE_MS = 10;
/** Far more than any machine needs. */
const AT_MOST_MS = 90_000;

/**
 * Looks again and again until what it sees is as it should be, and returns that. What cannot be looked at (an answer that is an error, a
 * connection that is refused) is looked at again. Where it never is, this throws with what it saw last.
 */
export async function until<T>(what: string, look: () => Promise<T> | T, isSo: (seen: T) => boolean): Promise<T> {
  let last: unknown;
  for (const end = performance.now() + AT_MOST_MS; performance.now() < end; await delay(PAUSE_MS)) {
    try {
      const seen = await look();
      if (isSo(seen)) return seen;
      last = seen;
    } catch (error) {
      last = error;
    }
  }
  throw new Error(`it never came to this: ${what}; seen last: ${inspect(last, { depth: 6 })}`);
}
