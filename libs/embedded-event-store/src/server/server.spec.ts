import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AccessDeniedError,
  EventStoreDBClient,
  UnavailableError,
  jsonEvent,
  streamNameFilter,
} from '@eventstore/db-client';
import type { AllStreamSubscription, Position } from '@eventstore/db-client';
import { startEventStore } from '../event-store.js';
import { TemporaryStore, temporaryFolder } from '../testing/temporary-store.js';

const event = (type = 'tested') => jsonEvent({ type, data: {} });
const admin = { username: 'admin', password: 'changeit' };

describe('the server', () => {
  const store = new TemporaryStore({ metricsPort: 0 });
  let client: EventStoreDBClient;
  beforeAll(async () => {
    client = await store.start();
  });
  afterAll(() => store.remove());

  it('shows a system event in a fresh store, at a position of at least 1', async () => {
    for await (const { event: first } of client.readAll({ maxCount: 1 })) {
      expect(first?.streamId).toMatch(/^\$/);
      expect(first?.position.commit).toBeGreaterThanOrEqual(1n);
    }
  });

  it('is found by gossip', async () => {
    const discovering = EventStoreDBClient.connectionString(
      `esdb://127.0.0.1:${store.running.port},127.0.0.1:${store.running.port}?tls=false`,
    );
    const { success } = await discovering.appendToStream('found-by-gossip', event());
    await discovering.dispose();
    expect(success).toBe(true);
  });

  it('says in a sentence what it does not serve', async () => {
    await expect(client.createProjection('p', 'fromAll()')).rejects.toThrow('not part of the embedded event store');
  });

  it('hands out positions that are not dense and strictly grow', async () => {
    await client.appendToStream('positions', [event(), event(), event()]);
    const positions: bigint[] = [];
    for await (const { event: one } of client.readAll()) positions.push(one?.position.commit ?? 0n);
    const steps = positions.slice(1).map((position, n) => position - (positions[n] ?? 0n));
    expect(steps.every((step) => step > 1n)).toBe(true);
  });

  it('reports what it does as metrics', async () => {
    const url = `http://127.0.0.1:${store.running.metricsPort}`;
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text).toMatch(/^event_store_events_total [1-9]/m);
    expect(text).toMatch(/^event_store_commit_seconds_count [1-9]/m);
    expect(text).toMatch(/^event_store_disk_bytes [1-9]/m);
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'ok' });
  });

  it('tells a filtered subscriber how far it has looked, never backwards', async () => {
    const checkpoints: bigint[] = [];
    const subscription: AllStreamSubscription = client.subscribeToAll({
      fromPosition: 'start',
      filter: streamNameFilter({
        prefixes: ['nobody'],
        maxSearchWindow: 2,
        checkpointReached: (_, position: Position) => void checkpoints.push(position.commit),
      }),
    });
    await client.appendToStream(
      'looked-at',
      Array.from({ length: 9 }, () => event()),
    );
    const { position } = await client.appendToStream('nobody', event());
    for await (const { event: one } of subscription) if (one?.streamId === 'nobody') break;
    await subscription.unsubscribe();
    expect(checkpoints.length).toBeGreaterThan(3);
    expect(checkpoints).toEqual(checkpoints.toSorted((a, b) => Number(a - b)));
    expect(checkpoints.every((checkpoint) => checkpoint <= (position?.commit ?? 0n))).toBe(true);
  });

  it('serves everybody else while a subscriber does not read', async () => {
    const idle = client.subscribeToAll();
    await new Promise((resolve) => idle.once('confirmation', resolve));
    idle.pause();
    const follower = client.subscribeToStream('followed');
    // Far more than is sent to a reader that does not read.
    for (let n = 0; n < 20; n++)
      await client.appendToStream('followed', jsonEvent({ type: 'tested', data: { text: 'x'.repeat(200_000) } }));
    let seen = 0;
    for await (const _ of follower) if (++seen === 20) break;
    await follower.unsubscribe();
    await idle.unsubscribe();
  });

  it('refuses a filter that JavaScript cannot parse', async () => {
    const reading = async (): Promise<void> => {
      const filter = { filterOn: 'streamName', regex: '(', checkpointInterval: 1, maxSearchWindow: 32 } as const;
      for await (const _ of client.subscribeToAll({ filter })) break;
    };
    await expect(reading()).rejects.toMatchObject({ code: 3 });
  });
});

describe('a server that is closed', () => {
  it('ends subscriptions as cancelled and refuses new calls as unavailable', async () => {
    const store = new TemporaryStore();
    const client = await store.start();
    const subscription = client.subscribeToAll({ fromPosition: 'start' });
    const ended = new Promise((resolve) => subscription.once('error', resolve));
    await new Promise((resolve) => subscription.once('caughtUp', resolve));
    await store.running.close();
    expect(await ended).toMatchObject({ code: 1 });
    await expect(client.appendToStream('closed', event(), { credentials: admin })).rejects.toBeInstanceOf(
      UnavailableError,
    );
    await store.remove();
  });
});

describe('a server with a certificate', () => {
  const { dir, remove } = temporaryFolder();
  const [certificate, key] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
  afterAll(remove);

  it('serves TLS, and checks the credentials that clients send', async () => {
    const request = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
    ];
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    execFileSync('openssl', [...request, ...names, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
    const store = await startEventStore({
      dir: join(dir, 'store'),
      port: 0,
      credentials: { username: 'ops', password: 'secret' },
      tls: { certificate: readFileSync(certificate), key: readFileSync(key) },
    });
    const connect = (user: string) =>
      EventStoreDBClient.connectionString(`esdb://${user}localhost:${store.port}?tls=true&tlsCAFile=${certificate}`);
    const [right, wrong, nobody] = [connect('ops:secret@'), connect('ops:guessed@'), connect('')];
    expect(
      (await right.appendToStream('secure', event(), { credentials: { username: 'ops', password: 'secret' } })).success,
    ).toBe(true);
    await expect(wrong.getStreamMetadata('secure')).rejects.toBeInstanceOf(AccessDeniedError);
    expect((await nobody.appendToStream('secure', event())).success).toBe(true);
    for (const client of [right, wrong, nobody]) await client.dispose();
    await store.close();
  });
});
