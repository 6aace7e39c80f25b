import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { ChildStore } from '../testing/child-store.js';
import { temporaryFolder } from '../testing/temporary-store.js';

const MEBIBYTE = 1024 * 1024;
/** What the server may take under all of this at once. */
const MOST_RESIDENT = 700 * MEBIBYTE;

const event = (size: number) => jsonEvent({ type: 'tested', data: { text: 'x'.repeat(size) } });

describe('under load', () => {
  const folder = temporaryFolder();
  let store: ChildStore;
  const clients: EventStoreDBClient[] = [];
  const connect = (): EventStoreDBClient => {
    const client = EventStoreDBClient.connectionString(store.url);
    clients.push(client);
    return client;
  };
  const resident = async (): Promise<number> => {
    const text = await (await fetch(`${store.metricsUrl}/metrics`)).text();
    return Number(/^event_store_resident_bytes (\S+)$/m.exec(text)?.[1]);
  };

  beforeAll(async () => {
    store = await ChildStore.start(folder.dir, ['--metrics-port', '0']);
  });
  afterAll(async () => {
    for (const client of clients) await client.dispose();
    await store.stop();
    folder.remove();
  });

  it('memory stays bounded and everybody else is served', async () => {
    const idle = connect().subscribeToAll();
    await new Promise((resolve) => idle.once('confirmation', resolve));
    idle.pause();

    const client = connect();
    const followers = Array.from({ length: 90 }, () => client.subscribeToStream('followed'));
    const followed = followers.map(async (subscription) => {
      let seen = 0;
      for await (const _ of subscription) if (++seen === 3000) return;
    });
    const writer = connect();
    await writer.appendToStream(
      'followed',
      Array.from({ length: 3000 }, () => event(100)),
    );
    const many = await Promise.all(
      Array.from({ length: 10_000 }, (_, n) => writer.appendToStream(`many-${n}`, event(600), { deadline: 120_000 })),
    );
    expect(many.every(({ success }) => success)).toBe(true);
    for (let n = 0; n < 20; n++) await writer.appendToStream('large', event(900 * 1024));
    let large = 0;
    for await (const _ of writer.readStream('large')) large++;
    expect(large).toBe(20);
    await Promise.all(followed);
    expect(await resident()).toBeLessThan(MOST_RESIDENT);
    for (const subscription of followers) await subscription.unsubscribe();
    await idle.unsubscribe();
  });
});
