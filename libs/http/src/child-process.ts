import type { HealthReport } from './health.js';

/** What a supervised process and its supervisor tell each other. */
export type ProcessMessage =
  /** Where the process listens, for example `http://127.0.0.1:40123`. */
  | { readonly listening: string }
  /** Where the event store serves that everything uses: `esdb://…`. */
  | { readonly eventStore: string }
  /** How everything is, until all of it serves for the first time. */
  | { readonly health: HealthReport }
  /** Where the back listens, for the front that forwards to it. */
  | { readonly back: string }
  /** Which ledger is open, and whether anything was ever recorded in it. */
  | { readonly ledgerId: string; readonly empty: boolean }
  /** Why the process must not be started again, in one line. */
  | { readonly refused: string };

/** Tells the other side, where there is one. */
export const tell = (message: ProcessMessage): void => {
  if (process.connected) process.send?.(message);
};

/** Tells the supervisor that this process serves, and where. */
export const announce = (listening: string): void => tell({ listening });

/** Tells the supervisor that this process must not be started again, where the ledger belongs to another key. */
export const tellIfRefused = (error: Error & { code?: unknown }): void => {
  if (error.code === 'WRONG_LEDGER_KEY') tell({ refused: error.message });
};

/** Calls back for every message of the supervisor. */
export const whenTold = (listener: (message: ProcessMessage) => void): void =>
  void process.on('message', (message) => listener(message as ProcessMessage));

/**
 * Stops in order, once, on SIGTERM, on SIGINT, and when the process that started this one is gone: none outlives its parent.
 * Where stopping takes longer than `mostMs` the process ends all the same.
 */
export function stopInOrder(stop: () => Promise<void>, mostMs = 15_000): void {
  let stopping = false;
  const end = (): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), mostMs).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  process.on('disconnect', end);
  // The process that started this one went away while this one was starting.
  if (process.send && !process.connected) end();
}
