import { setTimeout as delay } from 'node:timers/promises';
import type { Recorded } from './event.js';
import type { Delivery, EventLog } from './event-log.js';
import { inBatches } from './in-batches.js';

/** What has arrived since the last batch. */
export interface Batch {
  readonly events: readonly Recorded[];
  /** Everything up to here has been delivered, in this batch or before, or was filtered out. */
  readonly position: bigint;
  /** The end of the log has been reached: what comes now is new. */
  readonly live: boolean;
}

export interface FollowOptions {
  readonly after: bigint | 'start';
  readonly types?: readonly string[];
  readonly signal: AbortSignal;
  /** The most events of one batch. */
  readonly batchSize?: number;
  /** Told each time the subscription was dropped and is taken up again. */
  readonly onDrop?: (error: unknown) => void;
}

const LONGEST_WAIT_MS = 2_000;

/**
 * Follows the log from a position on, for ever: batches are whatever has already arrived, without a timer, and a subscription that
 * ended or failed is taken up again after the last batch that was handled, with back-off. Resolves when the signal aborts.
 * An error of `handle` is thrown: the caller's policy decides what then.
 */
export async function follow(
  log: Pick<EventLog, 'subscribe'>,
  handle: (batch: Batch) => Promise<void>,
  options: FollowOptions,
): Promise<void> {
  const { signal, types, batchSize = 500, onDrop } = options;
  let after = options.after;
  let failures = 0;
  while (!signal.aborted) {
    const connection = new AbortController();
    const either = AbortSignal.any([signal, connection.signal]);
    let dropped: unknown;
    let live = false;
    const deliveries = log.subscribe({ after, signal: either, ...(types ? { types } : {}) });
    const batches = inBatches(deliveries, batchSize);
    try {
      for (;;) {
        let next: IteratorResult<readonly Delivery[]>;
        try {
          next = await batches.next();
        } catch (error) {
          dropped = error;
          break;
        }
        if (next.done || signal.aborted) break;
        live ||= next.value.some((delivery) => delivery.kind === 'caught-up');
        const batch = { ...toBatch(next.value, after), live };
        await handle(batch);
        after = batch.position;
        failures = 0;
      }
    } finally {
      connection.abort();
      await batches.return().catch(() => undefined);
    }
    if (signal.aborted) return;
    onDrop?.(dropped);
    const wait = Math.min(LONGEST_WAIT_MS, 25 * 2 ** failures++);
    await delay(wait, undefined, { signal }).catch(() => undefined);
  }
}

function toBatch(deliveries: readonly Delivery[], after: bigint | 'start'): Omit<Batch, 'live'> {
  const events: Recorded[] = [];
  let position = after === 'start' ? 0n : after;
  for (const delivery of deliveries) {
    if (delivery.kind === 'caught-up') continue;
    if (delivery.kind === 'event') events.push(delivery.event);
    const reached = delivery.kind === 'event' ? delivery.event.position : delivery.position;
    if (reached > position) position = reached;
  }
  return { events, position };
}
