import { randomUUID } from 'node:crypto';
import { LedgerKey, openLedger, type AnyEvent, type EventLog } from '@mo-ledger/event-sourcing';
import { connectEventLog } from '@mo-ledger/event-store';
import { TestEventStore } from '@mo-ledger/event-store/testing';
import { createLogger, createService, type Service } from '@mo-ledger/http';
import { matched, recorded } from '@mo-ledger/messages-read-model/testing';
import type { ProjectionRunner, ProjectionStatus } from '@mo-ledger/projections';
import { until } from '@mo-ledger/projections/testing';
import { openReadStore, sql } from '@mo-ledger/read-store';
import { emptyReadStore, testReadStore } from '@mo-ledger/read-store/testing';
import {
  createProjector,
  observeProjections,
  projections,
  ReadApiModule,
  readSideProblems,
  statusesIn,
  WholeReadSideModule,
} from './index.js';

const metadata = { $correlationId: '1', $causationId: '1', recordedBy: 'spec', schemaVersion: 1 };

describe('the read side on a real event store and PostgreSQL', () => {
  let eventStore: TestEventStore;
  let log: EventLog;
  let store: Awaited<ReturnType<typeof testReadStore>>;
  let projector: ProjectionRunner;
  /** In the projector's process, and in one of its own, which knows of the projector what is in the database. */
  let services: readonly Service[] = [];
  let whole = '';
  let apart = '';
  let last = 0n;

  beforeAll(async () => {
    store = await testReadStore();
    eventStore = await TestEventStore.start();
    log = connectEventLog({ url: eventStore.url });
    await openLedger(log, new LedgerKey('ab'.repeat(32)), randomUUID(), 'spec');
    await start();
  });
  afterAll(async () => {
    await stop();
    await log.close();
    await eventStore.remove();
    await store.close();
  });

  const start = async () => {
    projector = createProjector(log, store, createLogger('spec', 'silent'));
    const modules = [WholeReadSideModule.register(store, projector, log), ReadApiModule.register(store, null)];
    services = await Promise.all(
      modules.map((module) =>
        createService({ name: 'spec', logLevel: 'silent', knownProblems: readSideProblems, module }),
      ),
    );
    [whole = '', apart = ''] = await Promise.all(services.map((service) => service.listen('127.0.0.1', 0)));
    for (const service of services) observeProjections(service, statusesIn(store));
    projector.start();
  };
  const stop = async () => {
    for (const service of services) await service.close();
    await projector.stop();
  };
  const append = async (stream: string, event: AnyEvent) => {
    ({ position: last } = await log.append(stream, [{ id: randomUUID(), event, metadata }], 'no_stream'));
    return last;
  };
  const post = async (id: string, organization: string) => {
    const position = await append(`message-${id}`, recorded(id, 0, { organization }));
    return append(`subscriber-${id}`, matched(id, position));
  };
  const get = async (path: string, { after = last, url = whole } = {}) => {
    const answer = await fetch(url + path, { headers: { 'ledger-after': String(after) } });
    return { status: answer.status, json: (await answer.json()) as never };
  };
  /** While it is not there yet (503, 504) it is asked again. */
  const ids = async (organization: string) => {
    const ask = () => get(`/messages?organization=${organization}&limit=1000`);
    const { json } = await until(`messages of ${organization} are told`, ask, ({ status }) => status === 200);
    const { items } = json as { items: { id: string; routing: { outcome: string } }[] };
    return items.map(({ id, routing }) => `${id} ${routing.outcome}`).sort();
  };
  const statusOf = async (name: string) => (await get(`/projections/${name}`)).json as ProjectionStatus;
  const untilServing = async () => {
    for (const { name } of projections)
      await until(
        `${name} serves`,
        () => statusOf(name),
        ({ builds }) => builds.some(({ state }) => state === 'SERVING'),
      );
  };

  it('shows what was written, and what became of it, however often it is asked at once', async () => {
    await untilServing();
    for (let n = 0; n < 40; n++) {
      const id = `now-${n}`;
      const position = await append(`message-${id}`, recorded(id, n, { organization: 'now' }));
      const [answer] = await Promise.all([
        get(`/messages/${id}`, { after: position, url: n % 2 ? whole : apart }),
        append(`subscriber-${id}`, matched(id, position)),
      ]);
      expect(answer).toMatchObject({ status: 200, json: { id, routing: { outcome: 'MATCHED' } } });
    }
  });

  it('goes on when the event store comes back, and misses nothing', async () => {
    await post('before', 'restart');
    await eventStore.stop();
    await eventStore.start();
    await post('after', 'restart');
    expect(await ids('restart')).toEqual(['after MATCHED', 'before MATCHED']);
  });

  it('goes on when its connections to the database are cut', async () => {
    // Whoever cuts connections needs one that nobody cuts.
    const cutter = openReadStore({ url: store.url, mostConnections: 1 });
    for (let n = 0; n < 3; n++) {
      await post(`cut-${n}`, 'cut');
      await sql`select pg_terminate_backend(pid) from pg_stat_activity
        where pid <> pg_backend_pid() and datname = current_database()`.execute(cutter.db);
    }
    await cutter.close();
    expect(await ids('cut')).toEqual(['cut-0 MATCHED', 'cut-1 MATCHED', 'cut-2 MATCHED']);
  });

  it('builds a projection anew on request, while it is read', async () => {
    const rebuild = (name: string) => fetch(`${whole}/projections/${name}/rebuild`, { method: 'POST' });
    const answer = await rebuild('messages');
    expect([answer.status, (await rebuild('nothing')).status]).toEqual([202, 404]);
    const { build } = (await answer.json()) as { build: string };
    const serves = ({ builds, state }: ProjectionStatus) =>
      state === 'LIVE' && builds.some((one) => one.build === build && one.state === 'SERVING');
    const look = async () => {
      expect(await ids('now')).toHaveLength(40);
      return statusOf('messages');
    };
    await until('the new build serves', look, serves);
    expect(await ids('now')).toHaveLength(40);
    expect((await get('/projections/messages/parked')).json).toEqual({ items: [], next: null });
  });

  it('has the same read models after they were deleted', async () => {
    const [before, restarted] = [await ids('now'), await ids('restart')];
    await stop();
    await emptyReadStore(store);
    await start();
    expect([await ids('now'), await ids('restart')]).toEqual([before, restarted]);
    expect(before).toHaveLength(40);
  });

  it('tells how its projections are, in every process', async () => {
    for (const url of [whole, apart]) {
      const list = async () => ((await get('/projections', { url })).json as { items: ProjectionStatus[] }).items;
      const isLive = ({ state, lagSeconds }: ProjectionStatus) => state === 'LIVE' && lagSeconds === 0;
      const items = await until('all are live', list, (all) => all.every(isLive));
      expect(items.map(({ name }) => name)).toEqual(projections.map(({ name }) => name));
      expect(await (await fetch(`${url}/metrics`)).text()).toContain(
        'ledger_projection_lag_seconds{projection="messages"',
      );
      expect((await fetch(`${url}/openapi.json`)).status).toBe(200);
      expect((await get('/projections/nothing', { url })).status).toBe(404);
      expect((await get('/projections?state=LIVE', { url })).status).toBe(400);
    }
  });
});
