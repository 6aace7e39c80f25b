import { setTimeout as delay } from 'node:timers/promises';

const LONGEST_WAIT_MS = 2_000;

export interface RetryOptions {
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
  /** Errors that trying again would not help with: they are thrown. */
  readonly final?: (error: unknown) => boolean;
}

/** Does something until it succeeds, with back-off: for what must happen, however long the store is away. Throws once the signal aborts. */
export async function untilDone<T>(
  attempt: () => Promise<T>,
  { signal, onError, final = () => false }: RetryOptions,
): Promise<T> {
  for (let failures = 0; ; failures++) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      if (final(error)) throw error;
      onError(error);
    }
    await delay(Math.min(LONGEST_WAIT_MS, 25 * 2 ** Math.min(failures, 10)), undefined, { signal });
  }
}
