import {
  EventStoreDBClient,
  PersistentSubscriptionDroppedError,
  PersistentSubscriptionDoesNotExistError,
  PersistentSubscriptionFailedError,
  PersistentSubscriptionMaximumSubscribersReachedError,
  jsonEvent,
  persistentSubscriptionToAllSettingsFromDefaults,
  persistentSubscriptionToStreamSettingsFromDefaults as settingsWith,
} from '@eventstore/db-client';
import type {
  PersistentSubscriptionToStream,
  PersistentSubscriptionToStreamResolvedEvent,
} from '@eventstore/db-client';
import { TemporaryStore } from '../testing/temporary-store.js';

type Delivered = PersistentSubscriptionToStreamResolvedEvent;
type Handler = (subscription: PersistentSubscriptionToStream, event: Delivered) => Promise<void>;

const store = new TemporaryStore();
let client: EventStoreDBClient;
beforeAll(async () => {
  client = await store.start();
});
afterAll(() => store.remove());

const event = (n = 0) => jsonEvent({ type: 'tested', data: { n } });
const events = (count: number) => Array.from({ length: count }, (_, n) => event(n));
const acknowledge: Handler = (subscription, delivered) => subscription.ack(delivered);
const label = ({ event: one, retryCount }: Delivered): string =>
  `${one?.revision}${retryCount ? ` again ${retryCount}` : ''}`;

/** Takes events until `count` have come; what was done with them is on its way to the server by then. */
const take = async (
  stream: string,
  group: string,
  count: number,
  handle = acknowledge,
  bufferSize = 10,
): Promise<string[]> => {
  const subscription = client.subscribeToPersistentSubscriptionToStream(stream, group, { bufferSize });
  const seen: string[] = [];
  for await (const delivered of subscription) {
    seen.push(label(delivered));
    await handle(subscription, delivered);
    if (seen.length === count) break;
  }
  await settled(stream, group);
  await subscription.unsubscribe();
  return seen;
};

const info = (stream: string, group: string) => client.getPersistentSubscriptionToStreamInfo(stream, group);

/** Waits until a condition of a group holds; each look is a round trip to the server, which goes on meanwhile. */
const until = async (
  stream: string,
  group: string,
  holds: (of: Awaited<ReturnType<typeof info>>) => boolean,
): Promise<void> => {
  while (!holds(await info(stream, group)));
};
const settled = (stream: string, group: string): Promise<void> =>
  until(stream, group, ({ stats }) => stats.totalInFlightMessages === 0);
const parked = (stream: string, group: string, count: number): Promise<void> =>
  until(stream, group, ({ stats }) => Number(stats.parkedMessageCount) === count);

const create = (stream: string, settings: Parameters<typeof settingsWith>[0] = {}): Promise<void> =>
  client.createPersistentSubscriptionToStream(stream, 'g', settingsWith({ startFrom: 'start', ...settings }));

describe('a refused event', () => {
  it.each(['skip', 'stop'] as const)('is done with after %s', async (action) => {
    await create(action);
    await client.appendToStream(action, event());
    await take(action, 'g', 1, (subscription, delivered) => subscription.nack(action, 'no', delivered));
    expect((await info(action, 'g')).stats).toMatchObject({ outstandingMessagesCount: 0, parkedMessageCount: 0n });
  });

  it('comes again after retry, counted, and is parked when that was too often', async () => {
    await create('retried', { maxRetryCount: 2 });
    await client.appendToStream('retried', event());
    const seen = await take('retried', 'g', 3, (subscription, delivered) =>
      subscription.nack('retry', 'no', delivered),
    );
    expect(seen).toEqual(['0', '0 again 1', '0 again 2']);
    await parked('retried', 'g', 1);
  });

  it('is parked as a link with the reason', async () => {
    await create('parking');
    await client.appendToStream('parking', event());
    await take('parking', 'g', 1, (subscription, delivered) => subscription.nack('park', 'too odd', delivered));
    await parked('parking', 'g', 1);
    for await (const { event: link } of client.readStream('$persistentsubscription-parking::g-parked')) {
      expect(link?.type).toBe('$>');
      expect(Buffer.from(link?.data as Uint8Array).toString()).toBe('0@parking');
      expect(link?.metadata).toMatchObject({ reason: 'too odd' });
    }
  });

  it('comes again when the time for its answer is over', async () => {
    await create('slow', { messageTimeout: 1 });
    await client.appendToStream('slow', event());
    const seen = await take('slow', 'g', 2, async (subscription, delivered) => {
      if (delivered.retryCount > 0) await subscription.ack(delivered);
    });
    expect(seen).toEqual(['0', '0 again 1']);
  });
});

describe('parked events', () => {
  it('are replayed up to a revision, without retries counted, and are gone then', async () => {
    await create('replayed');
    await client.appendToStream('replayed', events(3));
    await take('replayed', 'g', 3, (subscription, delivered) => subscription.nack('park', 'later', delivered));
    await parked('replayed', 'g', 3);
    await client.replayParkedMessagesToStream('replayed', 'g', { stopAt: 2 });
    expect((await take('replayed', 'g', 2)).toSorted()).toEqual(['0', '1']);
    await parked('replayed', 'g', 1);
    await client.replayParkedMessagesToStream('replayed', 'g');
    expect(await take('replayed', 'g', 1)).toEqual(['2']);
    await parked('replayed', 'g', 0);
  });

  it('survive a restart, whether they were being replayed or not', async () => {
    await create('parked-before');
    await client.appendToStream('parked-before', events(2));
    await take('parked-before', 'g', 2, (subscription, delivered) => subscription.nack('park', 'later', delivered));
    await parked('parked-before', 'g', 2);
    await client.replayParkedMessagesToStream('parked-before', 'g');
    client = await store.restart();
    await parked('parked-before', 'g', 2);
  });
});

describe('a group', () => {
  it('goes on behind its checkpoint after a restart, with its settings', async () => {
    await create('restarted', { checkPointAfter: 1, checkPointLowerBound: 1, maxRetryCount: 7 });
    await client.appendToStream('restarted', events(3));
    await take('restarted', 'g', 3);
    await until('restarted', 'g', ({ stats }) => stats.lastCheckpointedEventRevision === 2n);
    client = await store.restart();
    expect((await info('restarted', 'g')).settings.maxRetryCount).toBe(7);
    await client.appendToStream('restarted', event());
    expect(await take('restarted', 'g', 1)).toEqual(['3']);
  });

  it('stores no checkpoint beyond an event that nobody has acknowledged', async () => {
    await create('gap', { checkPointAfter: 1, checkPointLowerBound: 1, checkPointUpperBound: 2 });
    await client.appendToStream('gap', events(6));
    const subscription = client.subscribeToPersistentSubscriptionToStream('gap', 'g');
    let seen = 0;
    for await (const delivered of subscription) {
      if (delivered.event?.revision !== 2n) await subscription.ack(delivered);
      if (++seen === 6) break;
    }
    await until('gap', 'g', ({ stats }) => stats.outstandingMessagesCount === 1);
    await until('gap', 'g', ({ stats }) => stats.lastCheckpointedEventRevision === 1n);
    await subscription.unsubscribe();
  });

  it('starts at a revision, inclusive, or behind what there is', async () => {
    await client.appendToStream('starts', events(4));
    await create('starts', { startFrom: 2n });
    await client.createPersistentSubscriptionToStream('starts', 'end', settingsWith({ startFrom: 'end' }));
    expect(await take('starts', 'g', 2)).toEqual(['2', '3']);
    await client.appendToStream('starts', event());
    expect(await take('starts', 'end', 1)).toEqual(['4']);
  });

  it('gives what a consumer had to the others when it leaves', async () => {
    await create('left');
    await client.appendToStream('left', event());
    const leaving = client.subscribeToPersistentSubscriptionToStream('left', 'g');
    for await (const _ of leaving) break;
    await leaving.unsubscribe();
    expect(await take('left', 'g', 1)).toEqual(['0 again 1']);
  });

  it('never has more in flight to a consumer than it asked for', async () => {
    await create('few');
    await client.appendToStream('few', events(20));
    const subscription = client.subscribeToPersistentSubscriptionToStream('few', 'g', { bufferSize: 3 });
    await new Promise((resolve) => subscription.once('data', resolve));
    await until('few', 'g', ({ connections }) => connections[0]?.inFlightMessages === 3);
    expect((await info('few', 'g')).connections[0]?.availableSlots).toBe(0);
    await subscription.unsubscribe();
  });

  it('drops its consumers when it is updated or deleted, and the client is told', async () => {
    await create('dropping');
    for (const drop of [
      () => client.updatePersistentSubscriptionToStream('dropping', 'g', settingsWith({ startFrom: 'start' })),
      () => client.deletePersistentSubscriptionToStream('dropping', 'g'),
    ]) {
      const subscription = client.subscribeToPersistentSubscriptionToStream('dropping', 'g');
      const ended = new Promise((resolve) => subscription.once('error', resolve));
      await new Promise((resolve) => subscription.once('confirmation', resolve));
      subscription.resume();
      await drop();
      expect(await ended).toBeInstanceOf(PersistentSubscriptionDroppedError);
    }
    await expect(info('dropping', 'g')).rejects.toBeInstanceOf(PersistentSubscriptionDoesNotExistError);
  });

  it('lets in so many consumers and no more', async () => {
    await create('full', { maxSubscriberCount: 1 });
    const first = client.subscribeToPersistentSubscriptionToStream('full', 'g');
    await new Promise((resolve) => first.once('confirmation', resolve));
    const second = client.subscribeToPersistentSubscriptionToStream('full', 'g');
    const refused = new Promise((resolve) => second.once('error', resolve));
    expect(await refused).toBeInstanceOf(PersistentSubscriptionMaximumSubscribersReachedError);
    await first.unsubscribe();
  });

  it('is refused with a read batch that its buffer cannot hold, or a start beyond the end', async () => {
    await expect(create('refused', { readBatchSize: 500, historyBufferSize: 500 })).rejects.toBeInstanceOf(
      PersistentSubscriptionFailedError,
    );
    const beyond = persistentSubscriptionToAllSettingsFromDefaults({
      startFrom: { commit: 10n ** 12n, prepare: 10n ** 12n },
    });
    await expect(client.createPersistentSubscriptionToAll('beyond', beyond)).rejects.toBeInstanceOf(
      PersistentSubscriptionFailedError,
    );
  });

  it('is listed by its stream, and among all', async () => {
    await create('listed');
    expect((await client.listPersistentSubscriptionsToStream('listed')).map(({ groupName }) => groupName)).toEqual([
      'g',
    ]);
    expect((await client.listAllPersistentSubscriptions()).map(({ eventSource }) => eventSource)).toContain('listed');
    await expect(client.listPersistentSubscriptionsToStream('unlisted')).rejects.toBeInstanceOf(
      PersistentSubscriptionDoesNotExistError,
    );
  });

  it('comes back when the subsystem is restarted', async () => {
    await create('subsystem');
    await client.restartPersistentSubscriptionSubsystem();
    await client.appendToStream('subsystem', event());
    expect(await take('subsystem', 'g', 1)).toEqual(['0']);
  });
});
