import { EventStoreDBClient, jsonEvent, streamNameFilter } from '@eventstore/db-client';
import fc from 'fast-check';
import { TemporaryStore } from '../testing/temporary-store.js';

const store = new TemporaryStore();
let client: EventStoreDBClient;
let run = 0;
beforeAll(async () => {
  client = await store.start();
});
afterAll(() => store.remove());

const event = (n: number) => jsonEvent({ type: n % 3 === 0 ? 'third' : 'other', data: { n } });

/** What a subscription delivers until `count` events have come. */
const gather = async (
  subscription: AsyncIterable<{ event?: { id: string } | undefined }> & { unsubscribe(): Promise<void> },
  count: number,
): Promise<string[]> => {
  const seen: string[] = [];
  if (count > 0)
    for await (const { event: one } of subscription) {
      if (one) seen.push(one.id);
      if (seen.length === count) break;
    }
  await subscription.unsubscribe();
  return seen;
};

const turns = (count: number): Promise<void> =>
  new Promise((resolve) => (count <= 0 ? resolve() : setImmediate(() => void turns(count - 1).then(resolve))));

describe('subscribers', () => {
  it('see every event once and in order, whenever they come and however writers take turns', async () => {
    const writers = fc.array(
      fc.record({
        stream: fc.nat({ max: 2 }),
        batches: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }),
        pause: fc.nat({ max: 5 }),
      }),
      { minLength: 1, maxLength: 4 },
    );
    const comings = fc.array(fc.nat({ max: 60 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(writers, comings, async (plans, delays) => {
        const prefix = `interleaved-${run++}-`;
        const total = plans.reduce((sum, { batches }) => sum + batches.reduce((a, b) => a + b), 0);
        const first = plans[0]?.stream ?? 0;
        const ofFirst = plans
          .filter(({ stream }) => stream === first)
          .reduce((sum, { batches }) => sum + batches.reduce((a, b) => a + b), 0);
        const writing = plans.map(async ({ stream, batches, pause }) => {
          for (const size of batches) {
            await client.appendToStream(
              `${prefix}${stream}`,
              Array.from({ length: size }, (_, n) => event(n)),
            );
            await turns(pause);
          }
        });
        const reading = delays.map(async (delay) => {
          await turns(delay);
          const filter = streamNameFilter({ prefixes: [prefix], maxSearchWindow: 7 });
          return Promise.all([
            gather(client.subscribeToAll({ filter }), total),
            gather(client.subscribeToStream(`${prefix}${first}`), ofFirst),
          ]);
        });
        await Promise.all(writing);
        const seen = await Promise.all(reading);
        const log: { id: string; stream: string }[] = [];
        for await (const { event: one } of client.readAll())
          if (one?.streamId.startsWith(prefix)) log.push({ id: one.id, stream: one.streamId });
        for (const [all, stream] of seen) {
          expect(all).toEqual(log.map(({ id }) => id));
          expect(stream).toEqual(log.filter((one) => one.stream === `${prefix}${first}`).map(({ id }) => id));
        }
      }),
      { numRuns: rounds({ test: 8, short: 40, long: 2_000 }) },
    );
  });
});
