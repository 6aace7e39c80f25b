import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEventStore, type RunningEventStore } from '@mo-ledger/embedded-event-store';
import { LedgerKey, openLedger, type AnyEvent, type EventLog } from '@mo-ledger/event-sourcing';
import { connectEventLog } from '@mo-ledger/event-store';
import { createLogger, createService, type Service } from '@mo-ledger/http';
import { matched, recorded } from '@mo-ledger/messages-read-model/testing';
import type { ProjectionRunner } from '@mo-ledger/projections';
import { openReadStore, sql, type ReadStore } from '@mo-ledger/read-store';
import { startPostgres, type TestPostgres } from '@mo-ledger/read-store/testing';
import {
  createProjector,
  observeProjections,
  ReadApiModule,
  readSideProblems,
  savedStatuses,
  WholeReadSideModule,
} from './index.js';

const metadata = { $correlationId: '1', $causationId: '1', recordedBy: 'spec', schemaVersion: 1 };

describe.each(['PGlite', 'PostgreSQL'] as const)('the read side on a real event store and %s', (engine) => {
  let dir: string;
  let postgres: TestPostgres | null = null;
  let eventStore: RunningEventStore;
  let log: EventLog;
  let store: ReadStore;
  let projector: ProjectionRunner;
  let service: Service;
  let url: string;
  let skipped = false;
  let last = 0n;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'mo-ledger-'));
    if (engine === 'PostgreSQL') postgres = await startPostgres();
    skipped = engine === 'PostgreSQL' && !postgres;
    if (skipped) return;
    eventStore = await startEventStore({ dir: join(dir, 'events'), port: 0 });
    log = connectEventLog({ url: eventStore.url });
    await openLedger(log, new LedgerKey('ab'.repeat(32)), randomUUID(), 'spec');
    await start();
  }, 120_000);
  afterAll(async () => {
    if (!skipped) {
      await stop();
      await log.close();
      await eventStore.close();
    }
    await postgres?.stop();
    await rm(dir, { recursive: true });
  }, 120_000);

  const start = async () => {
    store = await openReadStore(postgres ? { url: postgres.url } : { dir: join(dir, 'read-models') });
    projector = createProjector(log, store, createLogger('spec', 'silent'));
    // On PostgreSQL as the two programs do it: the read API knows of the projector only what is in the database.
    const together = engine === 'PGlite';
    const statuses = together ? async () => projector.status() : savedStatuses(store);
    service = await createService({
      ...{ name: 'spec', logLevel: 'silent', knownProblems: readSideProblems },
      module: together
        ? WholeReadSideModule.register(store, projector, log)
        : ReadApiModule.register(store, null, statuses),
    });
    observeProjections(service, statuses);
    projector.start();
    url = await service.listen('127.0.0.1', 0);
  };
  const stop = async () => {
    await service.close();
    await projector.stop();
    await store.close();
  };
  const append = async (stream: string, event: AnyEvent) => {
    ({ position: last } = await log.append(stream, [{ id: randomUUID(), event, metadata }], 'no_stream'));
    return last;
  };
  const post = async (id: string, organization = 'acme') => {
    const position = await append(`message-${id}`, recorded(id, 0, { organization }));
    return append(`subscriber-${id}`, matched(id, position));
  };
  const get = async (path: string, after = last) => {
    const answer = await fetch(url + path, { headers: { 'ledger-after': String(after) } });
    return { status: answer.status, json: (await answer.json()) as never };
  };
  const ids = async (organization: string) =>
    (
      (await get(`/messages?organization=${organization}&limit=1000`)).json as {
        items: { id: string; routing: { outcome: string } }[];
      }
    ).items
      .map(({ id, routing }) => `${id} ${routing.outcome}`)
      .sort();

  it('shows what was written, and what became of it, however often it is asked at once', async () => {
    if (skipped) return;
    for (let n = 0; n < 100; n++) {
      const id = `now-${n}`;
      const position = await append(`message-${id}`, recorded(id, n, { organization: 'now' }));
      const [answer] = await Promise.all([
        get(`/messages/${id}`, position),
        append(`subscriber-${id}`, matched(id, position)),
      ]);
      expect(answer).toMatchObject({ status: 200, json: { id, routing: { outcome: 'MATCHED' } } });
    }
  }, 120_000);

  it('answers 504 where it is not routed in time, and 400 to what is no position', async () => {
    if (skipped) return;
    const position = await append('message-late', recorded('late', 0, { organization: 'late' }));
    expect((await get('/messages/late', position)).status).toBe(504);
    await append('subscriber-late', matched('late', position));
    expect((await fetch(`${url}/messages`, { headers: { 'ledger-after': 'soon' } })).status).toBe(400);
  }, 120_000);

  it('goes on when the event store comes back, and misses nothing', async () => {
    if (skipped) return;
    await post('before', 'restart');
    const { port } = eventStore;
    await eventStore.close();
    eventStore = await startEventStore({ dir: join(dir, 'events'), port });
    await post('after', 'restart');
    expect(await ids('restart')).toEqual(['after MATCHED', 'before MATCHED']);
  }, 120_000);

  (engine === 'PostgreSQL' ? it : () => undefined)(
    'goes on when its connections to the database are cut',
    async () => {
      if (!postgres) return;
      const admin = await openReadStore({ url: postgres.url, mostConnections: 1 });
      for (let n = 0; n < 40; n++) {
        await post(`cut-${n}`, 'cut');
        await sql`select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()`.execute(
          admin.db,
        );
      }
      await admin.close();
      // A query that was cut is answered 503; one that comes after is not.
      while ((await get('/messages?organization=cut')).status !== 200);
      expect(await ids('cut')).toHaveLength(40);
    },
    120_000,
  );

  it('has the same read models after they were deleted', async () => {
    if (skipped) return;
    const [before, restarted] = [await ids('now'), await ids('restart')];
    await stop();
    if (engine === 'PGlite') await rm(join(dir, 'read-models'), { recursive: true });
    else {
      const admin = await openReadStore({ url: postgres?.url, mostConnections: 1 });
      const { rows } = await sql<{ schema_name: string }>`select schema_name from projections.builds`.execute(admin.db);
      for (const { schema_name } of rows) await sql`drop schema ${sql.id(schema_name)} cascade`.execute(admin.db);
      await sql`drop schema projections cascade`.execute(admin.db);
      await admin.close();
    }
    await start();
    expect([await ids('now'), await ids('restart')]).toEqual([before, restarted]);
    expect(before).toHaveLength(100);
  }, 120_000);

  it('builds a projection anew on request, while it is read', async () => {
    if (engine !== 'PGlite') return;
    const rebuild = (name: string) => fetch(`${url}/projections/${name}/rebuild`, { method: 'POST' });
    expect([(await rebuild('messages')).status, (await rebuild('nothing')).status]).toEqual([202, 404]);
    const state = async () => ((await get('/projections/messages')).json as { state: string }).state;
    while ((await state()) !== 'LIVE') expect(await ids('now')).toHaveLength(100);
    expect(await ids('now')).toHaveLength(100);
    expect((await get('/projections/messages/parked')).json).toEqual({ items: [], next: null });
  }, 120_000);

  it('tells how its projections are', async () => {
    if (skipped) return;
    const list = async () =>
      ((await get('/projections')).json as { items: { name: string; state: string; lagSeconds: number }[] }).items;
    let items = await list();
    while (items.some(({ lagSeconds }) => lagSeconds > 0)) items = await list();
    if (engine === 'PGlite')
      expect(items).toContainEqual(expect.objectContaining({ name: 'messages', state: 'LIVE', lagSeconds: 0 }));
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('ledger_projection_lag_seconds');
    expect((await fetch(`${url}/openapi.json`)).status).toBe(200);
    expect((await get('/projections/nothing')).status).toBe(404);
    expect((await get('/projections?state=LIVE')).status).toBe(400);
  });
});
