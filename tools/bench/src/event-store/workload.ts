import { randomUUID } from 'node:crypto';
import { EventStoreDBClient, eventTypeFilter, jsonEvent } from '@eventstore/db-client';

export const EVENT_TYPE = 'BenchEvent';
/** About 600 bytes, as an inbound message has. */
export const payload = { text: 'x'.repeat(500), number: 42, at: '2026-01-01T00:00:00.000Z', code: '26161' };

export interface Appends {
  perSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
}

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

/** Appends single events, each to a stream of its own, so many at a time, for so long. */
export const appends = async (client: EventStoreDBClient, inFlight: number, milliseconds: number): Promise<Appends> => {
  const times: number[] = [];
  const end = performance.now() + milliseconds;
  const one = async (): Promise<void> => {
    while (performance.now() < end) {
      const started = performance.now();
      await appendOne(client);
      times.push(performance.now() - started);
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: inFlight }, one));
  const seconds = (performance.now() - started) / 1000;
  times.sort((a, b) => a - b);
  return { perSecond: times.length / seconds, p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
};

const appendOne = (client: EventStoreDBClient): Promise<unknown> =>
  client.appendToStream(`bench-${randomUUID()}`, jsonEvent({ type: EVENT_TYPE, data: payload }), {
    expectedRevision: 'no_stream',
  });

/** Appends so many events, 64 at a time. */
export const fill = async (client: EventStoreDBClient, count: number): Promise<void> => {
  let left = count;
  const one = async (): Promise<void> => {
    while (left-- > 0) await appendOne(client);
  };
  await Promise.all(Array.from({ length: 256 }, one));
};

const BUFFER = { highWaterMark: 512 };

/** Events a second of a read of `$all`. */
export const readAll = async (client: EventStoreDBClient, count: number): Promise<number> => {
  const started = performance.now();
  let seen = 0;
  for await (const _ of client.readAll({ maxCount: count }, BUFFER)) seen++;
  return (seen / (performance.now() - started)) * 1000;
};

/** Events a second of a subscription whose filter lets the benchmark's events through. */
export const subscribe = async (client: EventStoreDBClient, count: number): Promise<number> => {
  const started = performance.now();
  let seen = 0;
  const subscription = client.subscribeToAll({ filter: eventTypeFilter({ prefixes: [EVENT_TYPE] }) }, BUFFER);
  for await (const _ of subscription) if (++seen === count) break;
  return (seen / (performance.now() - started)) * 1000;
};
