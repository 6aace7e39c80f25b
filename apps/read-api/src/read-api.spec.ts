import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startEventStore, type RunningEventStore } from '@mo-ledger/embedded-event-store';
import { LedgerKey, openLedger, type EventLog } from '@mo-ledger/event-sourcing';
import { connectEventLog } from '@mo-ledger/event-store';
import { Settings, WrongSetting } from '@mo-ledger/http';
import { matched, recorded } from '@mo-ledger/messages-read-model/testing';
import { startPostgres, type TestPostgres } from '@mo-ledger/read-store/testing';
import { readConfiguration } from './configuration.js';

const APPS = resolve(import.meta.dirname, '../..');

describe('the projector and the read API as two programs', () => {
  const children: ChildProcess[] = [];
  let dir: string;
  let postgres: TestPostgres | null;
  let eventStore: RunningEventStore;
  let log: EventLog;
  let projector: string;
  let readApi: string;

  beforeAll(async () => {
    postgres = await startPostgres();
    if (!postgres)
      return void process.stderr.write('NOT TESTED: PostgreSQL is not installed and TEST_DATABASE_URL is not set\n');
    dir = await mkdtemp(join(tmpdir(), 'mo-ledger-'));
    eventStore = await startEventStore({ dir, port: 0 });
    log = connectEventLog({ url: eventStore.url });
    await openLedger(log, new LedgerKey('ab'.repeat(32)), randomUUID(), 'spec');
    execFileSync(process.execPath, [resolve(APPS, '../tools/workspace/prepare.mjs'), '--build'], {
      env: { ...process.env, CI: 'true' },
    });
    [projector, readApi] = await Promise.all([start('projector'), start('read-api')]);
  }, 120_000);
  afterAll(async () => {
    for (const child of children) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
    if (!postgres) return;
    await log.close();
    await eventStore.close();
    await postgres.stop();
    await rm(dir, { recursive: true });
  }, 60_000);

  /** Where the program says that it listens. */
  const start = async (app: string): Promise<string> => {
    const env = {
      ...process.env,
      NODE_OPTIONS: '',
      EVENTSTORE_URL: eventStore.url,
      DATABASE_URL: postgres?.url,
      PORT: '0',
    };
    const child = spawn(process.execPath, [join(APPS, app, 'dist/main.js')], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    for await (const chunk of child.stdout ?? []) {
      const url = /listening on (\S+)/.exec(String(chunk))?.[1];
      if (url) return url;
    }
    throw new Error(`${app} ended before it listened`);
  };

  it('show what was written, what became of it, and how far they are', async () => {
    if (!postgres) return;
    const metadata = { $correlationId: '1', $causationId: '1', recordedBy: 'spec', schemaVersion: 1 };
    const append = (stream: string, event: ReturnType<typeof recorded> | ReturnType<typeof matched>) =>
      log.append(stream, [{ id: randomUUID(), event, metadata }], 'no_stream');
    const { position } = await append('message-1', recorded('m1', 0));
    await append('subscriber-1', matched('m1', position));
    const get = (path: string) => fetch(readApi + path, { headers: { 'ledger-after': String(position) } });
    let answer = await get('/messages/m1');
    // Both have only just begun.
    while (answer.status === 503 || answer.status === 504) answer = await get('/messages/m1');
    expect(await answer.json()).toMatchObject({ id: 'm1', routing: { outcome: 'MATCHED' } });
    const own = (await (await fetch(`${projector}/projections/messages`)).json()) as { position: string };
    expect(BigInt(own.position)).toBeGreaterThan(position);
    expect((await fetch(`${projector}/projections/messages/rebuild`, { method: 'POST' })).status).toBe(202);
    expect((await fetch(`${readApi}/projections/messages/rebuild`, { method: 'POST' })).status).toBe(404);
    expect(await (await get('/messages/m1')).json()).toMatchObject({ id: 'm1' });
    expect((await fetch(`${readApi}/openapi.json`)).status).toBe(200);
  }, 120_000);
});

describe('the settings of the read API', () => {
  it('must name the database', () => {
    expect(() => readConfiguration(new Settings({}))).toThrow(WrongSetting);
    expect(() => readConfiguration(new Settings({ DATABASE_URL: 'esdb://127.0.0.1' }))).toThrow(/^DATABASE_URL: /);
  });
});
