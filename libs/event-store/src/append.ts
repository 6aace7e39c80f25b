import { setTimeout as delay } from 'node:timers/promises';
import {
  appendedMetadata,
  NotDurable,
  WrongExpectedRevision,
  type Appended,
  type ExpectedRevision,
  type NewEvent,
} from '@mo-ledger/event-sourcing';
import type { SerialisedEvent } from './batch-append-messages.js';
import type { Connection } from './connection.js';
import { TimedOut, within } from './deadline.js';
import { isRefusal, isWrongExpectedVersion } from './errors.js';

const ONE_TRY_MS = 2_000;
const LONGEST_PAUSE_MS = 250;

const serialised = ({ id, event }: NewEvent, index: number, events: readonly NewEvent[]): SerialisedEvent => ({
  id,
  type: event.type,
  data: Buffer.from(JSON.stringify(event.data)),
  metadata: Buffer.from(JSON.stringify(appendedMetadata(events, index))),
});

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
  const data = events.map(serialised);
  const deadline = performance.now() + timeoutMs;
  let cause: unknown;
  for (let tries = 0; ; tries++) {
    const left = deadline - performance.now();
    if (left <= 0) throw new NotDurable(`the event store did not confirm an append within ${timeoutMs} ms`, { cause });
    const { appends, generation } = await connection.current();
    try {
      return await within(Math.min(left, ONE_TRY_MS), appends.append(stream, data, expected));
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
