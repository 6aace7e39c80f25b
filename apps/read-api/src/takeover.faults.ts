import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LedgerKey, openLedger, type EventLog } from '@mo-ledger/event-sourcing';
import { connectEventLog } from '@mo-ledger/event-store';
import {
  buildPrograms,
  CODE,
  CuttingProxy,
  EventStoreProcess,
  PROGRAM,
  Program,
  Traffic,
  until,
} from '@mo-ledger/read-side/testing';
import { openReadStore, sql, type ReadStore } from '@mo-ledger/read-store';
import { testDatabase, type TestDatabase } from '@mo-ledger/read-store/testing';

/** Shorter than by default, so that the test is, and long enough for a slow machine to renew it in. */
const LEASE_SECONDS = '5';
const PROJECTIONS = ['messages', 'audit-trail', 'consent', 'keyword-programs', 'handler-results'];
interface Status {
  readonly name: string;
  readonly state: string;
  readonly projector: string | null;
  readonly builds: readonly { readonly build: string; readonly state: string }[];
}

describe('two read APIs and two projectors on one PostgreSQL', () => {
  const programs: Program[] = [];
  let dir: string;
  let database: TestDatabase;
  let admin: ReadStore;
  let eventStore: EventStoreProcess;
  let log: EventLog;
  let traffic: Traffic;
  let proxy: CuttingProxy | undefined;
  let readApis: readonly Program[];

  beforeAll(async () => {
    database = await testDatabase();
    buildPrograms();
    dir = await mkdtemp(join(tmpdir(), 'mo-ledger-'));
    admin = openReadStore({ url: database.url, mostConnections: 1 });
    eventStore = await EventStoreProcess.start(dir);
    log = connectEventLog({ url: eventStore.url });
    await openLedger(log, new LedgerKey('ab'.repeat(32)), randomUUID(), 'spec');
    traffic = new Traffic(log);
    await traffic.provision();
    readApis = await Promise.all([start('read-api'), start('read-api')]);
  });
  afterAll(async () => {
    for (const program of programs) await program.end();
    await proxy?.close();
    await log.close();
    await eventStore.end();
    await admin.close();
    await database.drop();
    await rm(dir, { recursive: true });
  });

  const start = async (app: 'projector' | 'read-api', DATABASE_URL = database.url): Promise<Program> => {
    const env = { EVENTSTORE_URL: eventStore.url, DATABASE_URL, LEASE_SECONDS };
    const program = await Program.start(`apps/${app}`, env);
    programs.push(program);
    return program;
  };
  const statuses = async (program: Program): Promise<readonly Status[]> =>
    (await program.call('GET', '/projections')).json.items;
  const all =
    (state: string) =>
    (items: readonly Status[]): boolean =>
      items.length === PROJECTIONS.length && items.every((item) => item.state === state);
  const holds = (projector: Program) =>
    until('a projector that works on every projection', () => statuses(projector), all('LIVE'));
  const standsBy = (projector: Program) =>
    until('a projector that stands by', () => statuses(projector), all('STANDBY'));

  /** While what is asked for is not in yet (504) it is asked again; nothing else but 200 is an answer. */
  const get = async (program: Program, path: string) => {
    const { status, json } = await until(
      `${path} shows everything up to ${traffic.position}`,
      () => program.call('GET', path, { after: traffic.position }),
      (answer) => answer.status !== 504,
    );
    expect({ path, status }).toEqual({ path, status: 200 });
    return json;
  };
  const PATHS = [
    '/messages?limit=200',
    '/audit/summary?by=code,carrier',
    '/audit/attempts?limit=200',
    '/programs',
    `/codes/${CODE}/subscribers?limit=200`,
    `/codes/${CODE}/programs/${PROGRAM}`,
    '/messages/m7',
  ];
  /** Both answer alike, and each message is there once. */
  const agree = async () => {
    const answers = await Promise.all(
      readApis.map(async (readApi) => {
        const found = [];
        for (const path of PATHS) found.push(await get(readApi, path));
        return found;
      }),
    );
    expect(answers[0]).toEqual(answers[1]);
    const ids: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = await get(readApis[0] as Program, `/messages?limit=1000${cursor && `&cursor=${cursor}`}`);
      ids.push(...page.items.map(({ id }: { id: string }) => id));
      cursor = page.next;
    }
    const expected = Array.from({ length: traffic.messages }, (_, n) => `m${n}`);
    expect(ids.toSorted()).toEqual(expected.toSorted());
    const [program] = (await get(readApis[1] as Program, '/programs')).items;
    expect(program).toMatchObject({ messages: traffic.messages });
  };
  const verify = async (projector: Program, name: string) => {
    expect((await projector.call('POST', `/projections/${name}/verify`)).status).toBe(202);
    const { json } = await until(
      `${name} is verified`,
      () => projector.call('GET', `/projections/${name}/verify`),
      (answer) => answer.json.finishedAt !== null,
    );
    expect({ name, ...json }).toMatchObject({ name, equal: true, error: null });
  };
  const buildsOf = async (projector: Program, name: string) =>
    ((await projector.call('GET', `/projections/${name}`)).json as Status).builds;
  const meanwhile = (work: () => Promise<void>): Promise<void> => traffic.textWhile(100, work);

  it('one projector works, the other stands by; when it is killed, or ends, the other takes over and nothing is missing or twice there', async () => {
    const holder = await start('projector');
    await holds(holder);
    const standby = await start('projector');
    await standsBy(standby);
    await traffic.text(200);
    await agree();

    // What is asked of the one that stands by is done by the other.
    const serving = (await buildsOf(holder, 'messages'))[0]?.build ?? '';
    await meanwhile(async () => {
      const { status, json } = await standby.call('POST', '/projections/messages/rebuild');
      expect(status).toBe(202);
      const rebuilt = (builds: Status['builds']) =>
        builds.some(({ build, state }) => build === json.build && state === 'SERVING');
      await until('the new build serves', () => buildsOf(holder, 'messages'), rebuilt);
      for (const name of PROJECTIONS) await verify(standby, name);
      expect(await standby.call('POST', '/projections/messages/switch')).toEqual({
        status: 200,
        json: { build: serving },
      });
      const switched = (builds: Status['builds']) =>
        builds.some(({ build, state }) => build === serving && state === 'SERVING');
      await until('the old build serves again', () => buildsOf(holder, 'messages'), switched);
      expect(await standby.call('POST', '/projections/messages/drop')).toEqual({
        status: 200,
        json: { dropped: [json.build] },
      });
      await until(
        'the new build is gone',
        () => buildsOf(holder, 'messages'),
        (builds) => builds.length === 1,
      );
    });
    await agree();

    await meanwhile(async () => {
      await holder.end('SIGKILL');
      // It takes over nothing before the lease has run out; how long that takes is the database's business.
      await holds(standby);
    });
    await agree();
    for (const name of PROJECTIONS) await verify(standby, name);

    const third = await start('projector');
    await standsBy(third);
    const [{ projector: name }] = (await statuses(standby)) as [Status];
    await meanwhile(async () => {
      await standby.end('SIGTERM');
      // It is given away, not waited for.
      const { rows } = await sql<{ holder: string }>`
        select holder from projections.leases where until > now()`.execute(admin.db);
      expect(rows.filter(({ holder }) => holder === name)).toEqual([]);
      await holds(third);
    });
    await agree();
    for (const name of PROJECTIONS) await verify(third, name);
  });

  it('one that the network does not let through any more, in the middle of a transaction, holds nobody up', async () => {
    for (const program of programs.filter((program) => !readApis.includes(program))) await program.end();
    proxy = await CuttingProxy.start(database.url);
    const holder = await start('projector', proxy.url);
    await holds(holder);
    const standby = await start('projector');
    await standsBy(standby);
    await meanwhile(async () => {
      // It has written rows, which are locked; the database has no reason to think that it is gone.
      proxy?.stopAfter('insert into "messages_v');
      await until(
        'nothing goes through any more',
        () => proxy?.stopped,
        (stopped) => stopped === true,
      );
      await holds(standby);
    });
    await agree();
    proxy.goOn();
    await standsBy(holder);
    await traffic.text(100);
    await agree();
    for (const name of PROJECTIONS) await verify(holder, name);
  });
});
