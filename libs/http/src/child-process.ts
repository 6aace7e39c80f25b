/** What a supervised process tells the one that started it. */
export interface Announcement {
  /** Where it listens, for example `http://127.0.0.1:40123`. */
  readonly listening: string;
}

/** Tells the process that started this one, where there is one, that this one serves. */
export function announce(listening: string): void {
  process.send?.({ listening } satisfies Announcement);
}

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
  if (process.connected) process.on('disconnect', end);
}
