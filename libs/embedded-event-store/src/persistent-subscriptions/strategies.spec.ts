import {
  EventStoreDBClient,
  jsonEvent,
  persistentSubscriptionToAllSettingsFromDefaults,
  persistentSubscriptionToStreamSettingsFromDefaults,
  streamNameFilter,
} from '@eventstore/db-client';
import type { PersistentSubscriptionToStreamResolvedEvent as Delivered } from '@eventstore/db-client';
import { TemporaryStore } from '../testing/temporary-store.js';

const store = new TemporaryStore();
let client: EventStoreDBClient;
beforeAll(async () => {
  client = await store.start();
});
afterAll(() => store.remove());

const events = (count: number) => Array.from({ length: count }, (_, n) => jsonEvent({ type: 'tested', data: { n } }));

/** Something that happens a number of times, and the way to wait for the last of them. */
const countdown = (times: number): { happened(): void; all: Promise<void> } => {
  let over = (): void => undefined;
  const all = new Promise<void>((resolve) => (over = resolve));
  const happened = (): void => void (--times === 0 && over());
  return { happened, all };
};

const create = (stream: string, consumerStrategyName: 'RoundRobin' | 'DispatchToSingle'): Promise<void> =>
  client.createPersistentSubscriptionToStream(
    stream,
    'g',
    persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: 'start', consumerStrategyName }),
  );

describe('a strategy', () => {
  /** Two consumers that acknowledge nothing; which of them got what. */
  const shared = async (stream: string, count: number, bufferSize: number): Promise<Delivered[][]> => {
    const got: Delivered[][] = [[], []];
    const arrivals = countdown(count);
    const consumers = got.map((list) => {
      const consumer = client.subscribeToPersistentSubscriptionToStream(stream, 'g', { bufferSize });
      consumer.on('data', (delivered: Delivered) => {
        list.push(delivered);
        arrivals.happened();
      });
      return consumer;
    });
    while ((await client.getPersistentSubscriptionToStreamInfo(stream, 'g')).connections.length < 2);
    await client.appendToStream(stream, events(count));
    await arrivals.all;
    for (const consumer of consumers) await consumer.unsubscribe();
    return got;
  };

  it('RoundRobin gives each its turn', async () => {
    await create('in-turn', 'RoundRobin');
    expect((await shared('in-turn', 8, 10)).map(({ length }) => length)).toEqual([4, 4]);
  });

  it('DispatchToSingle fills the first one first', async () => {
    await create('single', 'DispatchToSingle');
    expect((await shared('single', 8, 10)).map(({ length }) => length).toSorted()).toEqual([0, 8]);
  });

  it('Pinned keeps a stream with one consumer', async () => {
    const targets = Array.from({ length: 12 }, (_, n) => `pin-${n}`);
    await client.createPersistentSubscriptionToAll(
      'pinned',
      persistentSubscriptionToAllSettingsFromDefaults({ startFrom: 'end', consumerStrategyName: 'Pinned' }),
      { filter: streamNameFilter({ prefixes: ['pin-'] }) },
    );
    const got = [new Set<string>(), new Set<string>()];
    const arrivals = countdown(targets.length * 4);
    const consumers = got.map((streams) => {
      const consumer = client.subscribeToPersistentSubscriptionToAll('pinned', { bufferSize: 100 });
      consumer.on('data', ({ event: one }) => {
        streams.add(one?.streamId ?? '');
        arrivals.happened();
      });
      return consumer;
    });
    while ((await client.getPersistentSubscriptionToAllInfo('pinned')).connections.length < 2);
    for (const target of targets) await client.appendToStream(target, events(4));
    await arrivals.all;
    for (const consumer of consumers) await consumer.unsubscribe();
    expect(got.every(({ size }) => size > 0)).toBe(true);
    expect(got.reduce((sum, { size }) => sum + size, 0)).toBe(targets.length);
  });
});
