import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { ChildStore } from '../testing/child-store.js';
import { TemporaryStore, temporaryFolder } from '../testing/temporary-store.js';

const NOBODY = 65_534;
const event = () => jsonEvent({ type: 'tested', data: { text: 'x'.repeat(50_000) } });
const admin = { username: 'admin', password: 'changeit' };

/** The largest file that a running process may write, in bytes. */
const limitFiles = ({ process: { pid } }: ChildStore, bytes: number | 'unlimited'): void => {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`]);
};

describe('a full disk', () => {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());

  it('fails appends with a clear error, lets reads and subscriptions go on, and is over when there is space', async () => {
    const store = await ChildStore.start(folder.dir, ['--metrics-port', '0']);
    const client = EventStoreDBClient.connectionString(store.url);
    const seen: bigint[] = [];
    const subscription = client.subscribeToStream('full');
    subscription.on('data', ({ event: one }) => seen.push(one?.revision ?? -1n));
    const append = () => client.appendToStream('full', event());

    limitFiles(store, 1_000_000);
    let stored = 0;
    const error = await (async (): Promise<unknown> => {
      for (;;) {
        try {
          await append();
          stored++;
        } catch (failure) {
          return failure;
        }
      }
    })();
    expect(error).toMatchObject({ type: 'unknown', message: expect.stringContaining('The event store cannot write') });
    await expect(client.appendToStream('full', event(), { credentials: admin })).rejects.toThrow('cannot write');
    expect((await fetch(`${store.metricsUrl}/health`)).status).toBe(503);
    let read = 0;
    for await (const _ of client.readStream('full')) read++;
    expect(read).toBe(stored);

    limitFiles(store, 'unlimited');
    expect((await append()).nextExpectedRevision).toBe(BigInt(stored));
    while (seen.length <= stored) await new Promise((resolve) => subscription.once('data', resolve));
    expect(seen).toEqual(Array.from({ length: stored + 1 }, (_, n) => BigInt(n)));
    expect((await fetch(`${store.metricsUrl}/health`)).status).toBe(200);
    await subscription.unsubscribe();
    await client.dispose();
    await store.stop();
  });
});

describe('a read-only folder', () => {
  const before = new TemporaryStore();
  afterAll(() => before.remove());

  it('is served for reading, and says why it cannot be written to', async () => {
    await (await before.start()).appendToStream('kept', event());
    await before.stop();
    for (const file of readdirSync(before.dir)) chmodSync(join(before.dir, file), 0o444);
    chmodSync(before.dir, 0o555);

    const asOthers = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
    const store = await ChildStore.start(before.dir, [], asOthers);
    const client = EventStoreDBClient.connectionString(store.url);
    let read = 0;
    for await (const _ of client.readStream('kept')) read++;
    expect(read).toBe(1);
    const subscription = client.subscribeToAll();
    await new Promise((resolve) => subscription.once('data', resolve));
    await subscription.unsubscribe();
    await expect(client.appendToStream('kept', event())).rejects.toThrow('the folder is read-only');
    await client.dispose();
    await store.stop();
    chmodSync(before.dir, 0o755);
  });
});
