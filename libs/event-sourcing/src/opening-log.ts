import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { NotDurable, NotReadable, type EventLog } from './event-log.js';
import type { LedgerKey } from './ledger-key.js';
import { openLedger, type LedgerOpened } from './ledger.js';

const SHORTEST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;
/** An event store that has not answered by then is away. */
const ANSWER_MS = 5_000;

/** How an event store that is away, and the ledger in it, look from here. */
export interface Opening {
  /** Why the ledger is not open yet, in one line; null once it is. */
  readonly problem: string | null;
  /** The log of the ledger. Until the ledger is open it answers as an event store does that is slow, and then away. */
  readonly log: EventLog;
  /** Resolves once the ledger is open; rejects with WrongLedgerKey, after which nothing will ever be recorded, or with the last error after `close`. */
  readonly opened: Promise<LedgerOpened['data']>;
}

/**
 * Opens the ledger in the background, so that a service can listen while its event store is still away. Nothing is recorded, read or
 * routed before the log is known to be the ledger of this key: with another key, every STOP would be looked for in the wrong place.
 */
export function openInBackground(log: EventLog, key: LedgerKey, recordedBy: string): Opening {
  const closing = new AbortController();
  let problem: string | null = 'the event store was not reached yet';
  const opened = (async () => {
    const newLedgerId = randomUUID();
    for (let pause = SHORTEST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        const ledger = await openLedger(log, key, newLedgerId, recordedBy);
        problem = null;
        return ledger;
      } catch (error) {
        // After `close` it is the last error; WrongLedgerKey is one from the beginning.
        problem = reasonOf(error as Error);
        const isAway = error instanceof NotReadable || error instanceof NotDurable;
        if (!isAway || closing.signal.aborted) throw error;
      }
      await delay(pause, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  })();
  // Whoever waits for it gets the error; until somebody does, it must not end the process.
  opened.catch(() => undefined);
  /** Resolves once the ledger is open; rejects where it is not within the time in which an event store has to answer. */
  const open = async <E extends Error>(fail: (problem: string) => E, signal = closing.signal): Promise<void> => {
    if (problem === null) return;
    const patience = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
    await Promise.race([opened.catch(() => undefined), aborted(patience)]);
    if (problem !== null) throw fail(problem);
  };
  const notDurable = (why: string) => new NotDurable(why);
  const notReadable = (why: string) => new NotReadable(why);
  // Once the ledger is open, nothing stands between an event and its reader.
  const events = <T>(read: () => AsyncIterable<T>, signal?: AbortSignal): AsyncIterable<T> =>
    problem === null ? read() : after(() => open(notReadable, signal), read);
  const gated: EventLog = {
    append: (...call) => (problem === null ? log.append(...call) : open(notDurable).then(() => log.append(...call))),
    setMaxCount: (...call) => open(notDurable).then(() => log.setMaxCount(...call)),
    readStream: (...call) => events(() => log.readStream(...call)),
    readAll: (...call) => events(() => log.readAll(...call)),
    subscribe: (options) => events(() => log.subscribe(options), options.signal),
    close: async () => {
      closing.abort();
      await log.close();
    },
  };
  return {
    get problem() {
      return problem;
    },
    log: gated,
    opened,
  };
}

async function* after<T>(ready: () => Promise<void>, events: () => AsyncIterable<T>): AsyncIterable<T> {
  await ready();
  yield* events();
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** The first line of an error and of what caused it. */
function reasonOf(error: Error): string {
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${error.message}${cause}`.split('\n', 1)[0] ?? error.message;
}
