import { Event } from '@mo-ledger/event-sourcing';
import { sql, type ReadStore } from '@mo-ledger/read-store';
import { emptyReadStore, testReadStore } from '@mo-ledger/read-store/testing';
import { defineProjection, integer, ReadModels, table, text, type ProjectionStatus } from './index.js';
import { Leases } from './leases.js';
import { Registry } from './registry.js';
import { append, openedLog, run } from './testing/running.js';

class Counted extends Event('Counted')<{ name: string }> {}
const define = (name: string) =>
  defineProjection({
    name,
    version: 1,
    tables: { counts: table({ name: text(), total: integer() }, ['name']) },
    events: [Counted],
    on: {
      Counted: ({ data }, rows) =>
        rows.counts.change({ name: data.name }, (row) => ({ name: data.name, total: (row?.total ?? 0) + 1 })),
    },
  });

describe('leases', () => {
  let store: ReadStore;
  beforeAll(async () => {
    store = await testReadStore();
  });
  beforeEach(async () => {
    await new Registry(store).migrate();
  });
  afterEach(async () => {
    await emptyReadStore(store);
  });
  afterAll(async () => {
    await store.close();
  });
  const runOut = (name: string, ours: ReadStore) =>
    sql`update projections.leases set until = now() - interval '1 second' where name = ${name}`.execute(ours.db);

  it('are one projector’s until they run out or are given back', async () => {
    const [a, b] = [new Leases(store, 'a'), new Leases(store, 'b')];
    expect([...(await a.hold(['x', 'y']))].sort()).toEqual(['x', 'y']);
    expect([...(await b.hold(['x', 'y', 'z']))]).toEqual(['z']);
    expect([await a.others(), await b.others()]).toEqual([['b'], ['a']]);
    await runOut('x', store);
    expect([...(await b.hold(['x', 'y', 'z']))].sort()).toEqual(['x', 'z']);
    expect([...(await a.hold(['x', 'y']))]).toEqual(['y']);
    await b.release();
    expect([...(await a.hold(['x', 'y', 'z']))].sort()).toEqual(['x', 'y', 'z']);
  });

  it('let one of two projectors work; the other stands by, tells how it is elsewhere, and takes over', async () => {
    const log = await openedLog();
    const projections = [define('counts')];
    const first = run(log, store, projections, { name: 'first' });
    await first.until('counts', ({ state }) => state === 'LIVE');
    const other = run(log, store, projections, { name: 'other' });
    const { position } = await append(log, new Counted({ name: 'a' }));
    const isTold = (status: ProjectionStatus) => status.state === 'STANDBY' && status.position === String(position);
    expect(await other.until('counts', isTold)).toMatchObject({ projector: 'first' });
    // What is asked of the one that stands by is done by the one that works.
    const build = await other.commands.rebuild('counts');
    await first.until('counts', ({ builds }) => builds.some((one) => one.build === build && one.state === 'SERVING'));

    await first.runner.stop();
    await other.until('counts', ({ state }) => state === 'LIVE');
    const last = await append(log, new Counted({ name: 'a' }));
    await other.until('counts', (status) => status.position === String(last.position));
    await other.runner.stop();
    const { db } = await new ReadModels(store).of(define('counts'));
    expect(await db.selectFrom('counts').selectAll().execute()).toEqual([{ name: 'a', total: 2 }]);
  });

  it('that are lost to another projector end what this one does, and nothing is counted twice', async () => {
    const log = await openedLog();
    const first = run(log, store, [define('counts')], { name: 'first' });
    await first.until('counts', ({ state }) => state === 'LIVE');
    // As if it had been asleep for longer than the lease lasts.
    await sql`update projections.leases set holder = 'other', until = now() + interval '1 hour'`.execute(store.db);
    await first.until('counts', ({ state }) => state === 'STANDBY');
    await append(log, new Counted({ name: 'a' }));
    await runOut('counts', store);
    const { position } = await append(log, new Counted({ name: 'a' }));
    await first.until('counts', (status) => status.state === 'LIVE' && status.position === String(position));
    await first.runner.stop();
    const { db } = await new ReadModels(store).of(define('counts'));
    expect(await db.selectFrom('counts').selectAll().execute()).toEqual([{ name: 'a', total: 2 }]);
  });

  it('keep a projector of another ledger from setting aside what is at work', async () => {
    const first = run(await openedLog(), store, [define('counts')], { name: 'first' });
    await first.until('counts', ({ state }) => state === 'LIVE');
    const stranger = run(await openedLog(), store, [define('counts')], { name: 'stranger' });
    const { lastError } = await stranger.until('counts', (status) => status.lastError !== null);
    expect(lastError).toMatch(/belongs to ledger .*, whose projector is at work \(first\)/);
    await stranger.runner.stop();
    expect((await new Registry(store).builds()).map(({ schema }) => schema)).toEqual(['counts_v1_1']);
    await first.runner.stop();
  });
});
