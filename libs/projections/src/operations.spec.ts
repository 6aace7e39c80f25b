import { Event, type InMemoryEventLog } from '@mo-ledger/event-sourcing';
import { sql, type ReadStore } from '@mo-ledger/read-store';
import { emptyReadStore, testReadStore } from '@mo-ledger/read-store/testing';
import { defineProjection, integer, ReadModels, Registry, table, text, type Projection } from './index.js';
import { append, openedLog, run, showing, until as eventually, type Running } from './testing/index.js';

class Counted extends Event('Counted')<{ name: string; by: number }> {}

const first = defineProjection({
  name: 'counts',
  version: 1,
  tables: { counts: table({ name: text(), total: integer() }, ['name'], ['(total)']) },
  events: [Counted],
  on: {
    Counted: ({ data: { name, by } }, rows) =>
      rows.counts.change({ name }, (row) => ({ name, total: (row?.total ?? 0) + by })),
  },
});
/** The second version has a column more, and still knows the first. */
const second = defineProjection({
  name: 'counts',
  version: 2,
  earlier: [first],
  tables: { counts: table({ name: text(), total: integer(), times: integer() }, ['name'], ['(total)', '(times)']) },
  events: [Counted],
  on: {
    Counted: ({ data: { name, by } }, rows) =>
      rows.counts.change({ name }, (row) => ({ name, total: (row?.total ?? 0) + by, times: (row?.times ?? 0) + 1 })),
  },
});

describe('an operator', () => {
  let store: ReadStore;
  let log: InMemoryEventLog;
  const running: Running[] = [];
  beforeAll(async () => {
    store = await testReadStore();
  });
  beforeEach(async () => {
    log = await openedLog();
  });
  afterEach(async () => {
    for (const { runner } of running.splice(0)) await runner.stop();
    await emptyReadStore(store);
  });
  afterAll(async () => {
    await store.close();
  });

  const start = (projections: readonly Projection[]): Running => {
    const one = run(log, store, projections);
    running.push(one);
    return one;
  };
  const count = async (name: string, times = 1, stream?: string) => {
    let position = 0n;
    for (let n = 0; n < times; n++) ({ position } = await append(log, new Counted({ name, by: 1 }), stream));
    return position;
  };
  const rows = async (projection: typeof second | typeof first) => {
    const { db, version } = await new ReadModels(store).of(projection as typeof first);
    return { version, rows: await db.selectFrom('counts').select(['name', 'total']).orderBy('name').execute() };
  };
  const indexes = async (schema: string) =>
    (
      await sql<{
        name: string;
      }>`select indexname as name from pg_indexes where schemaname = ${schema} order by 1`.execute(store.db)
    ).rows.map(({ name }) => name);

  it('raises a version: the old one serves and is fed until the new one is as far; switching back works; drop is explicit', async () => {
    const before = start([first]);
    await before.until('counts', showing(await count('a', 20)));
    await before.runner.stop();

    const { commands, until, status } = start([second]);
    expect(await rows(second)).toMatchObject({ rows: [{ name: 'a', total: 20 }] });
    await until('counts', ({ version, state }) => version === 2 && state === 'LIVE');
    expect(await rows(second)).toEqual({ version: 2, rows: [{ name: 'a', total: 20 }] });
    expect(await indexes('counts_v2_2')).toEqual(['counts_1', 'counts_2', 'counts_pkey']);
    expect((await status('counts')).builds.map(({ build, state }) => [build, state])).toEqual([
      ['counts_v1_1', 'KEPT'],
      ['counts_v2_2', 'SERVING'],
    ]);

    // The old one goes on being fed, so that one can switch back without losing anything, and stays there.
    await until('counts', showing(await count('a')));
    expect(await commands.switchTo('counts')).toBe('counts_v1_1');
    expect(await rows(second)).toEqual({ version: 1, rows: [{ name: 'a', total: 21 }] });
    await until('counts', ({ version, state }) => version === 1 && state === 'LIVE');
    await until('counts', showing(await count('a')));
    expect(await rows(second)).toEqual({ version: 1, rows: [{ name: 'a', total: 22 }] });

    expect(await commands.switchTo('counts', 'counts_v2_2')).toBe('counts_v2_2');
    await expect(commands.drop('counts', 'counts_v2_2')).rejects.toThrow('counts_v2_2 serves');
    await expect(commands.drop('counts', 'counts_v9_9')).rejects.toThrow('no build counts_v9_9');
    expect(await commands.drop('counts')).toEqual(['counts_v1_1']);
    await until('counts', ({ builds, state }) => builds.length === 1 && state === 'LIVE');
    expect(await rows(second)).toEqual({ version: 2, rows: [{ name: 'a', total: 22 }] });
    await expect(commands.switchTo('counts')).rejects.toThrow('counts has no other build that is filled');
  });

  it('rebuilds: what is under way goes on, also after a restart, where it was', async () => {
    const begun = start([first]);
    await begun.until('counts', showing(await count('a', 30)));
    await begun.runner.stop();
    const build = await begun.commands.rebuild('counts');
    expect(await begun.commands.rebuild('counts')).toBe(build);
    // As if it had been killed two thirds through.
    const reached = log.events[20]?.position ?? 0n;
    await sql`insert into ${sql.id(build, 'counts')} values ('a', 20)`.execute(store.db);
    await sql`update projections.builds set position = ${reached}::int8, handled = 20 where schema_name = ${build}`.execute(
      store.db,
    );
    const { until } = start([first]);
    const { progress } = await until(
      'counts',
      ({ builds, state }) => state === 'LIVE' && builds.at(-1)?.state === 'SERVING',
    );
    expect(progress).toEqual({ handled: 30, total: 30, percent: 100, secondsLeft: 0 });
    expect(await rows(first)).toEqual({ version: 1, rows: [{ name: 'a', total: 30 }] });
  });

  it('rebuilds by dropping a schema or a table by hand', async () => {
    const { until, runner } = start([first]);
    await until('counts', showing(await count('a', 5)));
    await runner.stop();
    for (const statement of [sql`drop schema counts_v1_1 cascade`, sql`drop table counts_v1_1.counts`]) {
      await statement.execute(store.db);
      const again = start([first]);
      const position = await count('a');
      await again.until('counts', showing(position));
      await again.runner.stop();
    }
    expect(await rows(first)).toEqual({ version: 1, rows: [{ name: 'a', total: 7 }] });
  });

  it('verifies: a row changed by hand, one deleted and one added are named', async () => {
    const { until, commands } = start([first]);
    await count('a', 3);
    await count('b', 2);
    await until('counts', showing(await count('c')));
    const verified = async () => {
      const id = await commands.verify('counts');
      expect(await commands.verify('counts')).toBe(id);
      const look = async () => {
        // The log goes on meanwhile.
        await until('counts', showing(await count('d')));
        return commands.verification('counts');
      };
      return eventually('it is verified', look, ({ finishedAt }) => finishedAt !== null);
    };
    await expect(commands.verification('counts')).rejects.toThrow('has not been verified');
    expect(await verified()).toMatchObject({ state: 'DONE', percent: 100, equal: true, differences: [], error: null });

    await sql`update counts_v1_1.counts set total = 4 where name = 'a'`.execute(store.db);
    await sql`delete from counts_v1_1.counts where name = 'b'`.execute(store.db);
    await sql`insert into counts_v1_1.counts values ('x', 1)`.execute(store.db);
    const found = await verified();
    expect(found).toMatchObject({ state: 'DONE', equal: false });
    expect(found.tables).toEqual([{ table: 'counts', rows: 4, missing: 1, extra: 1, different: 1 }]);
    expect(found.differences).toEqual([
      { table: 'counts', kind: 'DIFFERENT', key: { name: 'a' }, columns: ['total'] },
      { table: 'counts', kind: 'MISSING', key: { name: 'b' }, columns: [] },
      { table: 'counts', kind: 'EXTRA', key: { name: 'x' }, columns: [] },
    ]);
    // Nothing of it is left but the result, and it serves on.
    const left = async () => (await new Registry(store).builds()).map(({ schema }) => schema);
    expect(await eventually('the scratch build is gone', left, ({ length }) => length === 1)).toEqual(['counts_v1_1']);
    await until('counts', showing(await count('a')));
  });

  it('drops what a verification has left that was ended between its result and the end', async () => {
    const { until, commands, runner } = start([first]);
    await until('counts', showing(await count('a', 3)));
    await runner.stop();
    const registry = new Registry(store);
    const id = await commands.verify('counts');
    const { schema } = await registry.createScratch(first, id);
    await sql`update projections.verifications set finished_at = now(), state = 'DONE' where id = ${id}::int8`.execute(
      store.db,
    );
    const again = start([first]);
    await again.until('counts', showing(await count('a')));
    expect((await registry.builds()).map((build) => build.schema)).toEqual(['counts_v1_1']);
    await expect(sql`select from ${sql.id(schema, 'counts')}`.execute(store.db)).rejects.toThrow('does not exist');
  });

  it('goes on while somebody holds what is to be dropped, as a dump does, and drops it afterwards', async () => {
    const begun = start([first]);
    await begun.until('counts', showing(await count('a', 5)));
    await begun.commands.rebuild('counts');
    await begun.until(
      'counts',
      ({ builds }) => builds.at(-1)?.build === 'counts_v1_2' && builds.at(-1)?.state === 'SERVING',
    );
    await store.db.transaction().execute(async (dump) => {
      await sql`select from counts_v1_1.counts`.execute(dump);
      await begun.commands.drop('counts', 'counts_v1_1');
      // Long enough ago for it to be dropped.
      await sql`update projections.builds set replaced_at = now() - interval '1 hour'`.execute(store.db);
      await begun.until('counts', showing(await count('a')));
      await begun.runner.stop();
      const again = start([first]);
      await again.until('counts', showing(await count('a')));
      await sql`select from counts_v1_1.counts`.execute(dump);
    });
    const { until } = start([first]);
    await until('counts', showing(await count('a')));
    const there = async () => {
      await until('counts', () => true);
      return (await sql`select from pg_namespace where nspname = 'counts_v1_1'`.execute(store.db)).rows.length;
    };
    await eventually('it is dropped', there, (found) => found === 0);
    expect((await new Registry(store).builds()).map(({ schema }) => schema)).toEqual(['counts_v1_2']);
  });
});
