import { Event } from '@mo-ledger/event-sourcing';
import type { ReadStore } from '@mo-ledger/read-store';
import { emptyReadStore, testReadStore } from '@mo-ledger/read-store/testing';
import {
  defineProjection,
  document,
  int8,
  integer,
  nullable,
  ReadModels,
  Registry,
  table,
  text,
  type Projection,
} from './index.js';
import {
  append,
  checkProjection,
  history,
  openedLog,
  run,
  showing,
  until,
  type HeldEventLog,
  type Running,
} from './testing/index.js';

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
const counts = define();
const others = defineProjection({
  name: 'others',
  version: 1,
  tables: { names: table({ name: text() }, ['name']) },
  events: [Answered],
  on: { Answered: ({ data: { name } }, rows) => rows.names.put({ name }) },
});
/** Longer than a test may take. */
const VERY_LONG_MS = 600_000;

describe('the runner of projections', () => {
  let store: ReadStore;
  let log: HeldEventLog;
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
  afterAll(() => store.close());

  const start = (projections: readonly Projection[] = [counts, others], options = {}): Running => {
    const one = run(log, store, projections, options);
    running.push(one);
    return one;
  };
  const count = async (name: string, times = 1): Promise<bigint> => {
    let position = 0n;
    for (let n = 0; n < times; n++) ({ position } = await append(log, new Counted({ name, by: 1 })));
    return position;
  };
  const rows = async (projection = counts) =>
    (await new ReadModels(store).of(projection)).db.selectFrom('counts').selectAll().orderBy('name').execute();
  const totals = async (projection = counts) => (await rows(projection)).map(({ name, total }) => [name, total]);

  it('gives the same rows however the log is cut into batches', async () => {
    const { events } = history()
      .append(
        'a',
        new Counted({ name: 'a', by: 1 }),
        new Counted({ name: 'b\0\ud800', by: 2 }),
        new Counted({ name: 'a', by: 3 }),
      )
      .append('b', new Forgotten({ name: 'a' }), new Asked({ name: 'q' }), new Counted({ name: 'a', by: 5 }))
      .append('c', new Answered({ name: 'q' }), new Forgotten({ name: 'nobody' }));
    expect((await checkProjection(store, counts, events)).counts).toEqual([
      { name: 'a', total: 5, log: ['a'] },
      { name: 'b\0\ud800', total: 2, log: ['b\0\ud800'] },
    ]);
  });

  it('follows the log, and goes on where it was after a restart', async () => {
    await count('a', 10);
    const first = start();
    await first.until('counts', showing(await count('a')));
    await first.runner.stop();
    await count('a');
    const last = await count('b');
    const second = start();
    for (const { name } of [counts, others]) {
      const isCaughtUp = ({ state, lagSeconds }: { state: string; lagSeconds: number }) =>
        state === 'LIVE' && lagSeconds === 0;
      const { position } = await second.until(name, (status) => showing(last)(status) && isCaughtUp(status));
      expect(position).toBe(String(last));
    }
    expect(await totals()).toEqual([
      ['a', 12],
      ['b', 1],
    ]);
  });

  it('satisfies a reader only when what was asked is answered, and every projection that is read has the answer', async () => {
    const { after, until: untilIt } = start();
    const { position } = await append(log, new Asked({ name: 'q' }));
    for (const { name } of [counts, others]) await untilIt(name, showing(position));
    expect(await after.wait(position, [others], 1)).toBe(false);
    const waiting = after.wait(position, [others], VERY_LONG_MS);
    await append(log, [new Counted({ name: 'c', by: 1 }), new Answered({ name: 'q' })]);
    expect(await waiting).toBe(true);
    const { db } = await new ReadModels(store).of(others);
    expect(await db.selectFrom('names').selectAll().execute()).toEqual([{ name: 'q' }]);
  });

  it('stops at an event that it cannot handle, with everything before it in, and the others go on', async () => {
    const stopping = start();
    for (const { name } of [counts, others]) await stopping.until(name, ({ state }) => state === 'LIVE');
    await append(log, [new Counted({ name: 'a', by: 1 }), new Bad({ name: 'x' }), new Counted({ name: 'a', by: 1 })]);
    const { position } = await append(log, new Answered({ name: 'q' }));
    await stopping.until('others', showing(position));
    const { lastError } = await stopping.until('counts', ({ state }) => state === 'STOPPED');
    expect(lastError).toContain('cannot be handled');
    expect(await totals()).toEqual([['a', 1]]);
    await stopping.runner.stop();

    const fixed = start([define(1, true), others]);
    await fixed.until('counts', showing(position));
    expect(await totals()).toEqual([['a', 2]]);
  });

  it('builds a projection anew beside the tables that serve, which are fed meanwhile, and switches when it is as far', async () => {
    const { commands, after, until: untilIt } = start();
    await untilIt('counts', showing(await count('a', 41)));
    expect(await commands.rebuild('counts')).toBe('counts_v1_2');
    await expect(commands.rebuild('nothing')).rejects.toThrow('There is no projection nothing.');
    const serving = async () => (await new ReadModels(store).of(counts)).schema;
    let total = 41;
    while ((await serving()) !== 'counts_v1_2') {
      // Whichever of the two serves, nobody sees fewer than there were.
      expect((await rows())[0]?.total).toBeGreaterThanOrEqual(total);
      expect(await after.wait(await count('a'), [counts], VERY_LONG_MS)).toBe(true);
      total++;
    }
    const last = await count('a');
    const status = await untilIt('counts', (found) => showing(last)(found) && found.state === 'LIVE');
    expect(status).toMatchObject({ position: String(last), parked: 0 });
    expect(await totals()).toEqual([['a', total + 1]]);
  });

  it('fills a new version beside the old one and switches when it is as far', async () => {
    const first = start();
    await first.until('counts', showing(await count('a', 10)));
    await first.runner.stop();
    const second = start([define(2), others]);
    await second.until('counts', ({ version, state }) => version === 2 && state === 'LIVE');
    await second.until('counts', showing(await count('a')));
    expect(await totals(define(2))).toEqual([['a', 11]]);
    const builds = (await new Registry(store).builds()).map(({ schema, serving }) => `${schema} ${serving}`);
    expect(builds).toEqual(['counts_v1_1 false', 'counts_v2_2 true', 'others_v1_1 true']);
  });

  it.each(['another ledger', 'a log that is behind', 'another history'])(
    'sets what it finds aside and builds it anew for %s',
    async (what) => {
      const first = start();
      await first.until('counts', showing(await count('old', 4)));
      await first.runner.stop();

      const [begun] = log.events;
      log = await openedLog(what === 'another ledger' ? 'other' : (begun?.data as { ledgerId: string }).ledgerId);
      await count('new', what === 'a log that is behind' ? 1 : 6);
      const { position } = await append(log, new Answered({ name: 'q' }));
      const warnings: string[] = [];
      const logger = {
        info: () => undefined,
        warn: (_: object, message: string) => warnings.push(message),
        error: () => undefined,
      };
      start([counts, others], { logger });
      const names = async () => (await rows()).map(({ name }) => name);
      await until('the new log is shown', names, ([name]) => name === 'new');
      expect(await names()).toEqual(['new']);
      expect(warnings).toHaveLength(1);
      await running.at(-1)?.until('counts', showing(position));
    },
  );

  it('never writes a row twice where two projectors run at once', async () => {
    const both = [start(), start()];
    const last = await count('a', 60);
    for (const { until: untilIt } of both) await untilIt('counts', showing(last));
    expect(await totals()).toEqual([['a', 60]]);
  });
});
