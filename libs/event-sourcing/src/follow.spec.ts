import { Event } from './event.js';
import { follow, type Batch } from './follow.js';
import { InMemoryEventLog } from './in-memory-event-log.js';
import type { Delivery, EventLog } from './event-log.js';

class Counted extends Event('Counted')<{ n: number }> {}
const metadata = { $correlationId: 'c', $causationId: 'c', recordedBy: 'spec', schemaVersion: 1 };

const logOf = async (count: number) => {
  const log = new InMemoryEventLog();
  for (let n = 0; n < count; n++)
    await log.append(`s-${n}`, [{ id: `e${n}`, event: new Counted({ n }), metadata }], 'no_stream');
  return log;
};

/** Follows until so many events have been handled; gives their numbers. */
async function numbers(log: Pick<EventLog, 'subscribe'>, count: number, batchSize = 500): Promise<number[]> {
  const done = new AbortController();
  const seen: number[] = [];
  const handle = async ({ events }: Batch) => {
    seen.push(...events.map((event) => (event.data as { n: number }).n));
    if (seen.length >= count) done.abort();
  };
  await follow(log, handle, { after: 'start', signal: done.signal, batchSize });
  return seen;
}

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('following the log', () => {
  it('sees every event once and in order', async () => {
    expect(await numbers(await logOf(20), 20, 3)).toEqual(upTo(20));
  });

  it.each([
    ['ends without an error', false],
    ['fails', true],
  ])('goes on after the last handled batch where the subscription %s', async (_, fails) => {
    const log = await logOf(10);
    async function* dropping(options: Parameters<EventLog['subscribe']>[0]): AsyncIterable<Delivery> {
      let given = 0;
      for await (const delivery of log.subscribe(options)) {
        yield delivery;
        if (delivery.kind === 'event' && ++given === 3) break;
      }
      if (fails) throw new Error('connection lost');
    }
    expect(await numbers({ subscribe: dropping }, 10)).toEqual(upTo(10));
  });

  it('stores where a quiet filter got to', async () => {
    const log = await logOf(3);
    const done = new AbortController();
    let reached = 0n;
    await follow(
      log,
      async ({ position, live }) => {
        reached = position;
        if (live) done.abort();
      },
      { after: 'start', types: ['Other'], signal: done.signal },
    );
    expect(reached).toBe(log.events.at(-1)?.position);
  });

  it('throws what the handler throws', async () => {
    const log = await logOf(1);
    const handle = async () => {
      throw new Error('poison');
    };
    await expect(follow(log, handle, { after: 'start', signal: new AbortController().signal })).rejects.toThrow(
      'poison',
    );
  });
});
