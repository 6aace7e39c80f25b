import { randomInt, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LedgerKey, openLedger, type EventLog } from '@mo-ledger/event-sourcing';
import { connectEventLog } from '@mo-ledger/event-store';
import { buildPrograms, CuttingProxy, EventStoreProcess, Program, Traffic, until } from '@mo-ledger/read-side/testing';
import { openReadStore, sql, type ReadStore } from '@mo-ledger/read-store';
import { testDatabase, type TestDatabase } from '@mo-ledger/read-store/testing';

/** How often it is killed. */
const ROUNDS = rounds({ short: 5, long: 50 });
const PROJECTIONS = ['messages', 'audit-trail', 'consent', 'keyword-programs', 'handler-results'];
interface Build {
  readonly build: string;
  readonly state: string;
  readonly handled: number;
}
interface Status {
  readonly state: string;
  readonly builds: readonly Build[];
}

beforeAll(buildPrograms);

describe('a projector on PostgreSQL', () => {
  let dir: string;
  let database: TestDatabase;
  let admin: ReadStore;
  let proxy: CuttingProxy;
  let eventStore: EventStoreProcess;
  let log: EventLog;
  let traffic: Traffic;
  let projector: Program;

  beforeAll(async () => {
    database = await testDatabase();
    dir = await mkdtemp(join(tmpdir(), 'mo-ledger-'));
    proxy = await CuttingProxy.start(database.url);
    admin = openReadStore({ url: database.url, mostConnections: 1 });
    eventStore = await EventStoreProcess.start(dir);
    log = connectEventLog({ url: eventStore.url });
    await openLedger(log, new LedgerKey('ab'.repeat(32)), randomUUID(), 'spec');
    traffic = new Traffic(log);
    await traffic.provision();
    await traffic.text(600);
    await start();
    await isWhole();
  });
  afterAll(async () => {
    await projector.end();
    await log.close();
    await eventStore.end();
    await admin.close();
    await proxy.close();
    await database.drop();
    await rm(dir, { recursive: true });
  });

  const start = async (): Promise<void> => {
    // The lease is short, so that one that was killed is not waited for for long.
    const env = { EVENTSTORE_URL: eventStore.url, DATABASE_URL: proxy.url, LEASE_SECONDS: '2', LOG_LEVEL: 'fatal' };
    projector = await Program.start('apps/projector', env);
  };
  const ask = async (what: 'rebuild' | 'verify' | 'drop', name: string) => {
    const asked = () => projector.call('POST', `/projections/${name}/${what}`);
    // Answered 503 where the connection to the database is cut under it.
    return until(`${what} ${name}`, asked, ({ status }) => status === 202 || status === 200);
  };
  const statusOf = async (name: string): Promise<Status> => (await projector.call('GET', `/projections/${name}`)).json;
  const buildsOf = async (name: string): Promise<readonly Build[]> => (await statusOf(name)).builds;
  const handledOf = async (): Promise<number> => {
    const { rows } = await sql<{ sum: string }>`
      select coalesce(sum(handled), 0)::int8 as sum from projections.builds`.execute(admin.db);
    return Number(rows[0]?.sum);
  };
  /** Resolves when so many events more were handled, by whichever builds: some moment in the middle of the work. */
  const progress = async (events: number): Promise<void> => {
    const target = (await handledOf()) + events;
    await until(`${target} events are handled`, handledOf, (handled) => handled >= target);
  };
  const verified = (name: string) =>
    until(
      `${name} is verified`,
      async () => (await projector.call('GET', `/projections/${name}/verify`)).json,
      (found) => found.state !== undefined && found.finishedAt !== null,
    );
  /** Every build that is being filled serves, and every table has the rows that a clean build has. */
  const isWhole = async (): Promise<void> => {
    for (const name of PROJECTIONS) await ask('verify', name);
    for (const name of PROJECTIONS) {
      const found = await verified(name);
      expect({ name, ...found }).toMatchObject({ name, equal: true, error: null, differences: [] });
      await until(
        `${name} is built`,
        () => buildsOf(name),
        (builds) => builds.length > 0 && builds.every(({ state }) => state !== 'FILLING'),
      );
      await ask('drop', name);
    }
  };
  const meanwhile = (work: () => Promise<void>): Promise<void> => traffic.textWhile(100, work);
  const oneOf = (): string => PROJECTIONS[randomInt(PROJECTIONS.length)] ?? '';

  it('killed at random moments, live, while it builds and while it verifies, has the rows of a clean build', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      await meanwhile(async () => {
        if (round % 4 === 1) await ask('rebuild', oneOf());
        if (round % 4 === 2) for (const name of PROJECTIONS) await ask('rebuild', name);
        if (round % 4 === 3) for (const name of PROJECTIONS) await ask('verify', name);
        await progress(randomInt(1, round % 4 < 2 ? 400 : 3_000));
        await projector.end('SIGKILL');
      });
      await start();
      await isWhole();
    }
  });

  it('whose connections are cut, between statements or in the middle of one, has the rows of a clean build', async () => {
    for (let round = 0; round < Math.ceil(ROUNDS / 2); round++) {
      await meanwhile(async () => {
        if (round % 2) for (const name of PROJECTIONS) await ask('rebuild', name);
        await progress(randomInt(1, 400));
        const { cuts } = proxy;
        proxy.cutAfter(randomInt(1, 200_000));
        await until(
          'a connection is cut',
          () => proxy.cuts,
          (now) => now > cuts,
        );
        await progress(randomInt(1, 400));
        await sql`select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()`.execute(
          admin.db,
        );
        await progress(1);
      });
      // Cut once more, wherever in this it is.
      proxy.cutAfter(randomInt(1, 50_000));
      await isWhole();
    }
  });

  it('whose event store is killed or stopped and comes back has the rows of a clean build', async () => {
    for (let round = 0; round < Math.ceil(ROUNDS / 4); round++) {
      await meanwhile(async () => {
        if (round % 2) for (const name of PROJECTIONS) await ask('rebuild', name);
        await progress(randomInt(1, 400));
        await eventStore.end(round % 2 ? 'SIGKILL' : 'SIGTERM');
        await eventStore.begin();
        await progress(randomInt(1, 400));
      });
      await isWhole();
    }
  });

  it('whose connection is cut while it verifies verifies all the same', async () => {
    const name = 'consent';
    let asked: unknown;
    const serving = (await buildsOf(name)).find(({ state }) => state === 'SERVING')?.build ?? '';
    await admin.db.transaction().execute(async (tx) => {
      // What would read that table waits for as long as this lock is held.
      await sql`lock table ${sql.id(serving, 'subscribers')} in access exclusive mode`.execute(tx);
      asked = (await ask('verify', name)).json.verification;
      const cut = async () =>
        (
          await sql`select pg_terminate_backend(pid) from pg_locks where relation = ${`${serving}.subscribers`}::regclass and not granted`.execute(
            tx,
          )
        ).rows.length;
      await until('the comparison waits, and its connection is cut', cut, (cuts) => cuts > 0);
    });
    expect(await verified(name)).toMatchObject({ id: asked, equal: true, error: null });
    await isWhole();
  });

  it('killed in the middle of a build goes on from there', async () => {
    const name = 'audit-trail';
    // Enough for several batches.
    await traffic.repeat(200, 100);
    await isWhole();
    const { position } = traffic;
    // What would bring a build beyond 70 % waits for as long as this lock is held.
    const lock = 7_070n;
    await sql`create function wait_here() returns trigger language plpgsql as $$
      begin perform pg_advisory_xact_lock_shared(${sql.lit(Number(lock))}); return new; end $$`.execute(admin.db);
    await sql`create trigger wait_here before update of position on projections.builds for each row
      when (not new.serving and new.position > ${sql.lit(Number((position * 7n) / 10n))}) execute function wait_here()`.execute(
      admin.db,
    );
    await sql`select pg_advisory_lock(${lock}::int8)`.execute(admin.db);
    await ask('rebuild', name);
    const waits = async () =>
      (
        await sql`select from pg_locks where locktype = 'advisory' and not granted and objid = ${lock}::int8`.execute(
          admin.db,
        )
      ).rows.length;
    await until('the build waits', waits, (waiting) => waiting > 0);
    const filling = async () => {
      const { rows } = await sql<{ handled: number; build: string }>`
        select handled::int4 as handled, schema_name as build from projections.builds where name = ${name} and not serving`.execute(
        admin.db,
      );
      return rows[0];
    };
    const before = await filling();
    await projector.end('SIGKILL');
    await start();
    // Only the projector that holds the build says that it is being rebuilt.
    const { builds: found } = await until(
      'the projector goes on with the build',
      () => statusOf(name),
      ({ state }) => state === 'REBUILDING',
    );
    expect(found.find(({ state }) => state === 'FILLING')).toMatchObject(before ?? { handled: 'something' });
    expect(before?.handled).toBeGreaterThan(1_000);

    await sql`select pg_advisory_unlock(${lock}::int8)`.execute(admin.db);
    const [serving] = found;
    const done = await until(
      'the build serves',
      () => buildsOf(name),
      (builds) => builds.some(({ build, state }) => build === before?.build && state === 'SERVING'),
    );
    // Nothing was handled twice, or not at all.
    expect(new Set(done.map(({ handled }) => handled))).toEqual(new Set([serving?.handled]));
    await sql`drop function wait_here cascade`.execute(admin.db);
    await isWhole();
  });
});
