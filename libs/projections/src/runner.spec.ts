import { randomUUID } from 'node:crypto';
import { Event, InMemoryEventLog, LedgerKey, openLedger, type AnyEvent } from '@mo-ledger/event-sourcing';
import { type ReadStore } from '@mo-ledger/read-store';
import { emptyReadStore, engines } from '@mo-ledger/read-store/testing';
import {
  defineProjection,
  document,
  int8,
  integer,
  LedgerAfter,
  nullable,
  ProjectionCommands,
  ProjectionRunner,
  ReadModels,
  Registry,
  table,
  text,
} from './index.js';
import { checkProjection, history } from './testing/index.js';

class Counted extends Event('Counted')<{ name: string; by: number }> {}
class Forgotten extends Event('Forgotten')<{ name: string }> {}
class Asked extends Event('Asked')<{ name: string }> {}
class Answered extends Event('Answered')<{ name: string }> {}
class Bad extends Event('Bad')<{ name: string }> {}

const define = (version = 1, handleBad = false) =>
  defineProjection({
    name: 'counts',
    version,
    tables: {
      counts: table({ name: text(), total: integer(), log: document<string[]>() }, ['name']),
      questions: table(
        { name: text(), pending_position: nullable(int8()) },
        ['name'],
        ['(pending_position) where pending_position is not null'],
      ),
    },
    events: [Counted, Forgotten, Asked, Answered, Bad],
    on: {
      Counted: ({ data: { name, by } }, rows) =>
        rows.counts.change({ name }, (row) => ({
          name,
          total: (row?.total ?? 0) + by,
          log: [...(row?.log ?? []), name],
        })),
      Forgotten: ({ data: { name } }, rows) => rows.counts.change({ name }, () => null),
      Asked: ({ data: { name }, position }, rows) => rows.questions.put({ name, pending_position: String(position) }),
      Answered: ({ data: { name } }, rows) =>
        rows.questions.change({ name }, (row) => row && { ...row, pending_position: null }),
      Bad: () => {
        if (!handleBad) throw new Error('cannot be handled');
      },
    },
    pending: { table: 'questions', column: 'pending_position' },
  });
const others = defineProjection({
  name: 'others',
  version: 1,
  tables: { names: table({ name: text() }, ['name']) },
  events: [Answered],
  on: { Answered: ({ data: { name } }, rows) => rows.names.put({ name }) },
});

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const key = new LedgerKey('ab'.repeat(32));

const append = (log: InMemoryEventLog, ...events: AnyEvent[]) =>
  log.append(
    `stream-${randomUUID()}`,
    events.map((event) => ({
      id: randomUUID(),
      event,
      metadata: { $correlationId: '1', $causationId: '1', recordedBy: 'spec', schemaVersion: 1 },
    })),
    'no_stream',
  );

describe.each(engines())('the runner of projections on $name', (engine) => {
  let store: ReadStore | null;
  const running: ProjectionRunner[] = [];
  beforeAll(async () => {
    store = await engine.open();
  }, 60_000);
  afterEach(async () => {
    for (const runner of running.splice(0)) await runner.stop();
    if (store) await emptyReadStore(store);
  });
  afterAll(async () => {
    await store?.close();
    await engine.stop();
  });

  const run = (log: InMemoryEventLog, ours: ReadStore, projections = [define(), others], options = {}) => {
    const runner = new ProjectionRunner({ log, store: ours, projections, logger: silent, batchSize: 3, ...options });
    running.push(runner);
    runner.start();
    const commands = new ProjectionCommands(projections, ours, () => runner.look());
    return { runner, commands, after: new LedgerAfter(ours, projections[0] ?? define(), runner.advanced) };
  };
  const opened = async () => {
    const log = new InMemoryEventLog();
    await openLedger(log, key, randomUUID(), 'spec');
    return log;
  };
  const counts = async (ours: ReadStore, projection = define()) =>
    (await new ReadModels(ours).of(projection)).db.selectFrom('counts').selectAll().orderBy('name').execute();

  it('gives the same rows however the log is cut into batches', async () => {
    if (!store) return;
    const { events } = history()
      .append(
        'a',
        new Counted({ name: 'a', by: 1 }),
        new Counted({ name: 'b\0\ud800', by: 2 }),
        new Counted({ name: 'a', by: 3 }),
      )
      .append('b', new Forgotten({ name: 'a' }), new Asked({ name: 'q' }), new Counted({ name: 'a', by: 5 }))
      .append('c', new Answered({ name: 'q' }), new Forgotten({ name: 'nobody' }));
    const rows = await checkProjection(store, define(), events);
    expect(rows.counts).toEqual([
      { name: 'a', total: 5, log: ['a'] },
      { name: 'b\0\ud800', total: 2, log: ['b\0\ud800'] },
    ]);
  });

  it('follows the log, and goes on where it was after a restart', async () => {
    if (!store) return;
    const log = await opened();
    for (let n = 0; n < 10; n++) await append(log, new Counted({ name: 'a', by: 1 }));
    const first = run(log, store);
    const { position } = await append(log, new Counted({ name: 'a', by: 1 }));
    expect(await first.after.wait(position, ['counts', 'others'], 5_000)).toBe(true);
    await first.runner.stop();
    await append(log, new Counted({ name: 'a', by: 1 }));
    const last = await append(log, new Counted({ name: 'b', by: 1 }));
    const second = run(log, store);
    expect(await second.after.wait(last.position, ['counts', 'others'], 5_000)).toBe(true);
    expect((await counts(store)).map(({ name, total }) => [name, total])).toEqual([
      ['a', 12],
      ['b', 1],
    ]);
    const caughtUp = () =>
      second.runner.status().every(({ state, lagSeconds }) => state === 'LIVE' && lagSeconds === 0);
    while (!caughtUp()) await second.runner.advanced.wait(20);
    expect(second.runner.status().map(({ state, lagSeconds, position: p }) => [state, lagSeconds, p])).toEqual([
      ['LIVE', 0, String(last.position)],
      ['LIVE', 0, String(last.position)],
    ]);
  });

  it('is satisfied only when what was asked is answered, and every projection that is read has the answer', async () => {
    if (!store) return;
    const log = await opened();
    const { after } = run(log, store);
    const { position } = await append(log, new Asked({ name: 'q' }));
    expect(await after.wait(position, ['others'], 100)).toBe(false);
    const waiting = after.wait(position, ['others'], 5_000);
    await append(log, new Counted({ name: 'c', by: 1 }), new Answered({ name: 'q' }));
    expect(await waiting).toBe(true);
    const { db } = await new ReadModels(store).of(others);
    expect(await db.selectFrom('names').selectAll().execute()).toEqual([{ name: 'q' }]);
  });

  it('stops at an event that it cannot handle, with everything before it in, and the others go on', async () => {
    if (!store) return;
    const log = await opened();
    await append(log, new Counted({ name: 'a', by: 1 }), new Bad({ name: 'x' }), new Counted({ name: 'a', by: 1 }));
    const { position } = await append(log, new Answered({ name: 'q' }));
    const { runner } = run(log, store);
    const reached = async () =>
      runner
        .status()
        .every(({ name, state, position: p }) => (name === 'counts' ? state === 'STOPPED' : p === String(position)));
    while (!(await reached())) await runner.advanced.wait(100);
    expect((await counts(store)).map(({ total }) => total)).toEqual([1]);
    expect(runner.status()[0]?.lastError).toContain('cannot be handled');
    await runner.stop();

    const fixed = run(log, store, [define(1, true), others]);
    expect(await fixed.after.wait(position, ['counts'], 5_000)).toBe(true);
    expect((await counts(store)).map(({ total }) => total)).toEqual([2]);
  });

  it('is built anew beside the tables that serve, which are fed meanwhile, and switches when it is as far', async () => {
    if (!store) return;
    const log = await opened();
    for (let n = 0; n < 40; n++) await append(log, new Counted({ name: 'a', by: 1 }));
    const first = await append(log, new Counted({ name: 'a', by: 1 }));
    const { runner, commands, after } = run(log, store);
    expect(await after.wait(first.position, ['counts'], 5_000)).toBe(true);

    expect(await commands.rebuild('counts')).toBe('counts_v1_2');
    await expect(commands.rebuild('nothing')).rejects.toThrow('There is no projection nothing.');
    const serving = async () =>
      (await new Registry(store as ReadStore).builds()).find((build) => build.serving && build.name === 'counts')
        ?.schema;
    let total = 41;
    while ((await serving()) !== 'counts_v1_2') {
      // Whichever of the two serves, nobody sees fewer than there were.
      expect((await counts(store))[0]?.total).toBeGreaterThanOrEqual(total);
      const { position } = await append(log, new Counted({ name: 'a', by: 1 }));
      expect(await after.wait(position, ['counts'], 5_000)).toBe(true);
      total++;
    }
    const last = await append(log, new Counted({ name: 'a', by: 1 }));
    expect(await after.wait(last.position, ['counts', 'others'], 5_000)).toBe(true);
    expect((await counts(store))[0]?.total).toBe(total + 1);
    while (runner.status()[0]?.state !== 'LIVE') await runner.advanced.wait(100);
    expect(runner.status()[0]).toMatchObject({ position: String(last.position), parked: 0 });
  });

  it('fills a new version beside the old one and switches when it is as far', async () => {
    if (!store) return;
    const log = await opened();
    for (let n = 0; n < 10; n++) await append(log, new Counted({ name: 'a', by: 1 }));
    const { position } = await append(log, new Answered({ name: 'q' }));
    const first = run(log, store);
    expect(await first.after.wait(position, ['counts'], 5_000)).toBe(true);
    await first.runner.stop();
    const second = run(log, store, [define(2), others]);
    const builds = async () =>
      (await new Registry(store as ReadStore).builds()).map(({ schema, serving }) => `${schema} ${serving}`);
    while (!(await builds()).includes('counts_v2_2 true')) await second.runner.advanced.wait(100);
    const last = await append(log, new Counted({ name: 'a', by: 1 }));
    expect(await second.after.wait(last.position, ['counts', 'others'], 5_000)).toBe(true);
    expect((await counts(store, define(2))).map(({ total }) => total)).toEqual([11]);
    expect(await builds()).toEqual(['counts_v1_1 false', 'counts_v2_2 true', 'others_v1_1 true']);
  });

  it.each(['another ledger', 'a log that is behind', 'another history'])(
    'is set aside and built anew for %s',
    async (what) => {
      if (!store) return;
      const log = await opened();
      for (let n = 0; n < 3; n++) await append(log, new Counted({ name: 'old', by: 1 }));
      const last = await append(log, new Counted({ name: 'old', by: 1 }));
      const first = run(log, store);
      expect(await first.after.wait(last.position, ['counts'], 5_000)).toBe(true);
      await first.runner.stop();

      const [begun] = log.events;
      const ledgerId = what === 'another ledger' ? 'other' : (begun?.data as { ledgerId: string }).ledgerId;
      const other = new InMemoryEventLog();
      await openLedger(other, key, ledgerId, 'spec');
      for (let n = 0; n < (what === 'a log that is behind' ? 1 : 6); n++)
        await append(other, new Counted({ name: 'new', by: 1 }));
      const end = await append(other, new Answered({ name: 'q' }));
      const warnings: string[] = [];
      const second = run(other, store, [define(), others], {
        logger: { ...silent, warn: (_: object, message: string) => warnings.push(message) },
      });
      while ((await counts(store).catch(() => [])).some(({ name }) => name === 'old'))
        await second.runner.advanced.wait(100);
      expect(await second.after.wait(end.position, ['counts'], 5_000)).toBe(true);
      expect((await counts(store)).map(({ name }) => name)).toEqual(['new']);
      expect(warnings).toHaveLength(1);
    },
  );

  it('never writes a row twice where two projectors run at once', async () => {
    if (!store) return;
    const log = await opened();
    const [a, b] = [run(log, store), run(log, store)];
    let last = 0n;
    for (let n = 0; n < 60; n++) last = (await append(log, new Counted({ name: 'a', by: 1 }))).position;
    expect(await Promise.all([a, b].map(({ after }) => after.wait(last, ['counts', 'others'], 20_000)))).toEqual([
      true,
      true,
    ]);
    expect((await counts(store)).map(({ total }) => total)).toEqual([60]);
  });
});
