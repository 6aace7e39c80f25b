import { setTimeout as delay } from 'node:timers/promises';
import {
  appendedMetadata,
  NotDurable,
  WrongExpectedRevision,
  type Appended,
  type ExpectedRevision,
  type NewEvent,
} from '@mo-ledger/event-sourcing';
import type { EventData } from '@eventstore/db-client';
import type { Connection } from './connection.js';
import { TimedOut, within } from './deadline.js';
import { isRefusal, isWrongExpectedVersion } from './errors.js';

const ONE_TRY_MS = 2_000;
const LONGEST_PAUSE_MS = 250;

const toEventData = ({ id, event }: NewEvent, index: number, events: readonly NewEvent[]): EventData => {
  // What cannot be serialised (a bigint) must fail here: in the client it would be an unhandled rejection, and the append would never settle.
  JSON.stringify(event.data);
  return {
    id,
    type: event.type,
    contentType: 'application/json',
    data: event.data as Record<string, unknown>,
    metadata: appendedMetadata(events, index) as never,
  };
};

/**
 * Appends until it is certain what became of it. Any error but a refusal means "outcome unknown" (one append's error rejects every
 * pending append of the process), so the same ids are sent again with the same expected revision, which is always safe.
 */
export async function append(
  connection: Connection,
  stream: string,
  events: readonly NewEvent[],
  expected: ExpectedRevision,
  timeoutMs: number,
): Promise<Appended> {
  const data = events.map(toEventData);
  const deadline = performance.now() + timeoutMs;
  let cause: unknown;
  for (let tries = 0; ; tries++) {
    const left = deadline - performance.now();
    if (left <= 0) throw new NotDurable(`the event store did not confirm an append within ${timeoutMs} ms`, { cause });
    const { client, generation } = await connection.current();
    try {
      const result = await within(
        Math.min(left, ONE_TRY_MS),
        client.appendToStream(stream, data, { expectedRevision: expected }),
      );
      if (result.position) return { revision: result.nextExpectedRevision, position: result.position.commit };
      throw new Error('an append was answered without a position');
    } catch (error) {
      if (isWrongExpectedVersion(error)) throw new WrongExpectedRevision(stream, expected);
      if (isRefusal(error)) throw error;
      cause = error;
      // A slow server is asked again on the same connection once; after that, a connection that answers nothing is given up.
      if (!(error instanceof TimedOut) || tries > 0) connection.renew(generation);
      await delay(Math.min(LONGEST_PAUSE_MS, 10 * 2 ** tries, Math.max(0, deadline - performance.now())));
    }
  }
}
