import { Event } from '@mo-ledger/event-sourcing';
import type { ReadStore } from '@mo-ledger/read-store';
import { emptyReadStore, testReadStore } from '@mo-ledger/read-store/testing';
import { defineProjection, integer, ProjectionCommands, ReadModels, Registry, table, text } from './index.js';
import {
  append,
  openedLog,
  run,
  showing,
  until as eventually,
  type HeldEventLog,
  type Running,
} from './testing/index.js';

class Counted extends Event('Counted')<{ name: string }> {}

const define = (bad: string | null = null) =>
  defineProjection({
    name: 'counts',
    version: 1,
    tables: { counts: table({ name: text(), total: integer() }, ['name']) },
    events: [Counted],
    on: {
      Counted: ({ data: { name } }, rows) => {
        if (name === bad) throw new Error(`${name} cannot be counted`);
        rows.counts.change({ name }, (row) => ({ name, total: (row?.total ?? 0) + 1 }));
      },
    },
  });
const counts = define();
const NOT_READY = { code: 'READ_MODEL_NOT_READY' };

describe('the first build of a projection', () => {
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

  const start = (projection = counts): Running => {
    const one = run(log, store, [projection]);
    running.push(one);
    return one;
  };
  const count = async (name: string, times: number): Promise<bigint> => {
    let position = 0n;
    for (let n = 0; n < times; n++) ({ position } = await append(log, new Counted({ name })));
    return position;
  };
  const rows = async () => (await new ReadModels(store).of(counts)).db.selectFrom('counts').selectAll().execute();

  it('does not serve before it has reached the end that the log had when it was made', async () => {
    const middle = await count('a', 10);
    const end = await count('a', 10);
    log.holdAt(middle);
    const { until, after } = start();
    const { state, position, progress, gap } = await until('counts', ({ position: at }) => at === String(middle));
    expect({ state, position, gap }).toEqual({
      state: 'CATCHING_UP',
      position: String(middle),
      gap: String(end - middle),
    });
    expect(progress).toMatchObject({ handled: 10, percent: Math.floor((Number(middle) * 100) / Number(end)) });
    await expect(rows()).rejects.toMatchObject({
      ...NOT_READY,
      status: { name: 'counts', position, progress: { handled: 10, percent: progress.percent } },
    });
    // Nobody waits for what may take hours.
    await expect(after.wait(0n, [counts], 60_000)).rejects.toMatchObject(NOT_READY);

    // What comes now is not waited for.
    const later = await count('a', 10);
    log.holdAt(end);
    await until('counts', showing(end));
    expect(await rows()).toEqual([{ name: 'a', total: 20 }]);
    expect((await new Registry(store).builds()).map(({ serving }) => serving)).toEqual([true]);
    log.holdAt(null);
    await until('counts', (status) => showing(later)(status) && status.state === 'LIVE');
    expect(await rows()).toEqual([{ name: 'a', total: 30 }]);
  });

  it('is verified once it serves', async () => {
    const middle = await count('a', 10);
    await count('a', 10);
    log.holdAt(middle);
    const { until, commands } = start();
    await until('counts', ({ position }) => position === String(middle));
    const id = await commands.verify('counts');
    await until('counts', ({ position }) => position === String(middle));
    log.holdAt(null);
    const verified = async () => {
      await until('counts', () => true);
      return commands.verification('counts');
    };
    const found = await eventually('it is verified', verified, ({ finishedAt }) => finishedAt !== null);
    expect(found).toMatchObject({ id, equal: true, error: null });
  });

  it('serves at once where the log has just begun', async () => {
    log.holdAt(log.events.at(-1)?.position ?? 0n);
    const { until } = start();
    await until('counts', ({ builds }) => builds.some(({ state }) => state === 'SERVING'));
    await count('a', 1);
    expect(await rows()).toEqual([]);
  });

  it('that stops before that end says where, and goes on when the event is parked', async () => {
    await count('a', 2);
    const bad = await count('b', 1);
    const end = await count('a', 2);
    const { until, commands } = start(define('b'));
    const { stoppedAt, progress } = await until('counts', ({ state }) => state === 'STOPPED');
    expect(stoppedAt).toMatchObject({ position: String(bad), error: 'b cannot be counted' });
    expect(progress.percent).toBeLessThan(100);
    await expect(rows()).rejects.toMatchObject(NOT_READY);
    await commands.park('counts', bad);
    await until('counts', showing(end));
    expect(await rows()).toEqual([{ name: 'a', total: 4 }]);
    expect(await commands.parked('counts')).toMatchObject([{ position: bad }]);
  });

  it('is not begun by a command, which does not know how far it has to go', async () => {
    await new Registry(store).migrate();
    await expect(new ProjectionCommands([counts], store).rebuild('counts')).rejects.toThrow('counts has no build yet');
  });
});
