import { setTimeout as delay } from 'node:timers/promises';
import { NotReadable, type EventLog, type Recorded } from '@mo-ledger/event-sourcing';
import type { Client, Connection } from './connection.js';
import { within } from './deadline.js';
import { isStreamNotFound } from './errors.js';
import { toRecorded } from './recorded.js';

type Resolved = { event?: Parameters<typeof toRecorded>[0] };
type ReadingStream = AsyncIterable<Resolved> & {
  cancel(): Promise<void>;
  on(event: 'error', listener: () => void): unknown;
};

const NO_ANSWER_MS = 5_000;

/** Reads one stream; a missing one has no events. */
export async function* readStream(
  connection: Connection,
  stream: string,
  { from, direction = 'forwards', limit }: NonNullable<Parameters<EventLog['readStream']>[1]>,
): AsyncIterable<Recorded> {
  const options = {
    direction,
    fromRevision: from ?? (direction === 'forwards' ? 'start' : 'end'),
    ...(limit === undefined ? {} : { maxCount: limit }),
  } as const;
  const events = reading(connection, (client) => client.readStream(stream, options) as ReadingStream);
  if (limit === undefined) return yield* events;
  // Read to the server's own end before anything is handed out: a call that is left early is reset, and HTTP/2 servers close the
  // connection of a client that resets a thousand calls in a row.
  const limited: Recorded[] = [];
  for await (const event of events) limited.push(event);
  yield* limited;
}

/** Reads the whole log but its system events. */
export async function* readAll(
  connection: Connection,
  { from, direction = 'forwards', limit }: NonNullable<Parameters<EventLog['readAll']>[0]>,
): AsyncIterable<Recorded> {
  const position =
    typeof from === 'bigint' ? { commit: from, prepare: from } : direction === 'forwards' ? 'start' : 'end';
  const options = { direction, fromPosition: position } as const;
  yield* reading(connection, (client) => client.readAll(options, { highWaterMark: 512 }) as ReadingStream, limit);
}

async function* reading(
  connection: Connection,
  read: (client: Client) => ReadingStream,
  limit = Infinity,
): AsyncIterable<Recorded> {
  const deadline = performance.now() + NO_ANSWER_MS;
  for (let tries = 0; ; tries++) {
    let given = 0;
    try {
      for await (const event of readingOnce(connection, read, limit)) {
        given++;
        yield event;
      }
      return;
    } catch (error) {
      if (isStreamNotFound(error)) return;
      // What has been handed out cannot be taken back, so only a read that gave nothing yet is tried again.
      if (given > 0 || performance.now() > deadline)
        throw new NotReadable('the event store did not answer a read', { cause: error });
      await delay(Math.min(250, 10 * 2 ** tries));
    }
  }
}

async function* readingOnce(
  connection: Connection,
  read: (client: Client) => ReadingStream,
  limit: number,
): AsyncIterable<Recorded> {
  const { client, generation } = await connection.current();
  const stream = read(client);
  // An error that comes after the loop was left must not end the process.
  stream.on('error', () => undefined);
  const iterator = stream[Symbol.asyncIterator]();
  try {
    for (let given = 0; given < limit;) {
      const next = await within(NO_ANSWER_MS, iterator.next());
      if (next.done) {
        if (!connection.isCurrent(generation)) throw new Error('the connection was replaced during the read');
        return;
      }
      const event = toRecorded(next.value.event);
      if (!event) continue;
      given++;
      yield event;
    }
  } catch (error) {
    if (!isStreamNotFound(error)) connection.renew(generation);
    throw error;
  } finally {
    await stream.cancel().catch(() => undefined);
  }
}
