import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEventStore, type RunningEventStore } from '@mo-ledger/embedded-event-store';
import { LedgerKey, openLedger, type EventLog } from '@mo-ledger/event-sourcing';
import { connectEventLog } from '@mo-ledger/event-store';
import { Settings, WrongSetting } from '@mo-ledger/http';
import { matched, recorded } from '@mo-ledger/messages-read-model/testing';
import { buildPrograms, Program, until } from '@mo-ledger/read-side/testing';
import { testDatabase, type TestDatabase } from '@mo-ledger/read-store/testing';
import { readConfiguration } from './configuration.js';

describe('the projector and the read API as two programs', () => {
  let dir: string;
  let database: TestDatabase;
  let eventStore: RunningEventStore;
  let log: EventLog;
  let programs: readonly Program[] = [];
  let projector: string;
  let readApi: string;

  beforeAll(async () => {
    database = await testDatabase();
    buildPrograms();
    dir = await mkdtemp(join(tmpdir(), 'mo-ledger-'));
    eventStore = await startEventStore({ dir, port: 0 });
    log = connectEventLog({ url: eventStore.url });
    await openLedger(log, new LedgerKey('ab'.repeat(32)), randomUUID(), 'spec');
    const env = { EVENTSTORE_URL: eventStore.url, DATABASE_URL: database.url };
    programs = await Promise.all(['projector', 'read-api'].map((app) => Program.start(`apps/${app}`, env)));
    [projector = '', readApi = ''] = programs.map(({ url }) => url);
  });
  afterAll(async () => {
    for (const program of programs) await program.end();
    await log.close();
    await eventStore.close();
    await database.drop();
    await rm(dir, { recursive: true });
  });

  it('show what was written, what became of it, and how far they are', async () => {
    const metadata = { $correlationId: '1', $causationId: '1', recordedBy: 'spec', schemaVersion: 1 };
    const append = (stream: string, event: ReturnType<typeof recorded> | ReturnType<typeof matched>) =>
      log.append(stream, [{ id: randomUUID(), event, metadata }], 'no_stream');
    const { position } = await append('message-1', recorded('m1', 0));
    await append('subscriber-1', matched('m1', position));
    const get = (path: string) => fetch(readApi + path, { headers: { 'ledger-after': String(position) } });
    // Both have only just begun.
    const answer = await until(
      'the message is shown',
      () => get('/messages/m1'),
      ({ status }) => status === 200,
    );
    expect(await answer.json()).toMatchObject({ id: 'm1', routing: { outcome: 'MATCHED' } });
    const own = (await (await fetch(`${projector}/projections/messages`)).json()) as { position: string };
    expect(BigInt(own.position)).toBeGreaterThan(position);
    expect((await fetch(`${projector}/projections/messages/rebuild`, { method: 'POST' })).status).toBe(202);
    expect((await fetch(`${readApi}/projections/messages/rebuild`, { method: 'POST' })).status).toBe(404);
    expect(await (await get('/messages/m1')).json()).toMatchObject({ id: 'm1' });
    expect((await fetch(`${readApi}/openapi.json`)).status).toBe(200);
  });
});

describe('the settings of the read API', () => {
  it('must name the database', () => {
    expect(() => readConfiguration(new Settings({}))).toThrow(WrongSetting);
    expect(() => readConfiguration(new Settings({ DATABASE_URL: 'esdb://127.0.0.1' }))).toThrow(/^DATABASE_URL: /);
  });
});
