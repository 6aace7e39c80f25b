import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

/** Where no more than that has arrived at once, the source is not busy. */
const FEW = 16;
/** A source on a machine that has much to do needs some time for the next 64 KiB. */
const PATIENCE_MS = 10;
/** One that brings more in that time has them ready: it is catching up. */
const MANY = 128;

/**
 * Hands out what has already arrived from a source, up to `limit` items at a time, as soon as there is any: while one batch is being
 * handled, the next one gathers. Of a busy source, what ten milliseconds bring is waited for, and what the next ones bring as long as that
 * is many: what is sent 64 KiB at a time (HTTP/2) to a busy reader would come in
 * batches far too small to keep up. At most `limit` items wait; then the source is not asked for more. The source's error is thrown
 * after everything that came before it. Leaving the loop ends the source, which must not hold back its end while it waits for an item.
 */
export async function* inBatches<T>(source: AsyncIterable<T>, limit: number): AsyncGenerator<readonly T[], void> {
  let waiting: T[] = [];
  let ended: { error?: unknown } | null = null;
  let wake: () => void = () => undefined;
  let room: () => void = () => undefined;
  let left = false;
  const iterator = source[Symbol.asyncIterator]();

  const pump = async (): Promise<void> => {
    try {
      while (!left) {
        const next = await iterator.next();
        if (next.done) break;
        waiting.push(next.value);
        wake();
        if (waiting.length >= limit && !left) await new Promise<void>((resolve) => (room = resolve));
      }
      ended = {};
    } catch (error) {
      ended = { error };
    }
    wake();
  };
  const pumping = pump();

  try {
    for (;;) {
      if (waiting.length === 0 && !ended) await new Promise<void>((resolve) => (wake = resolve));
      await nextTurn();
      let [known, more] = [0, FEW];
      while (!ended && waiting.length > known + more && waiting.length < limit) {
        [known, more] = [waiting.length, MANY];
        await delay(PATIENCE_MS);
      }
      if (waiting.length > 0) {
        const batch = waiting;
        waiting = [];
        room();
        yield batch;
        continue;
      }
      // The pump has set it: TypeScript does not see assignments from closures.
      const end = ended as { error?: unknown } | null;
      if (end && 'error' in end) throw end.error;
      return;
    }
  } finally {
    left = true;
    room();
    await iterator.return?.();
    await pumping;
  }
}
