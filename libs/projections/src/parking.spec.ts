import { Event, type InMemoryEventLog } from '@mo-ledger/event-sourcing';
import type { ReadStore } from '@mo-ledger/read-store';
import { emptyReadStore, testReadStore } from '@mo-ledger/read-store/testing';
import { defineProjection, integer, ReadModels, table, text, type FailurePolicy, type Projection } from './index.js';
import { append, openedLog, run, showing, until as eventually, type Running } from './testing/index.js';

class Counted extends Event('Counted')<{ name: string; by: number }> {}
class Renamed extends Event('Renamed')<{ name: string; to: string }> {}

interface Options {
  readonly onFailure?: FailurePolicy;
  /** Names that the handler cannot stand. */
  readonly bad?: readonly string[];
}
const first = ({ onFailure = 'STOP', bad = [] }: Options = {}) =>
  defineProjection({
    name: 'counts',
    version: 1,
    tables: { counts: table({ name: text(), total: integer() }, ['name']) },
    onFailure,
    events: [Counted, Renamed],
    on: {
      Counted: ({ data: { name, by } }, rows) => {
        if (bad.includes(name)) throw new Error(`${name} cannot be counted`);
        rows.counts.change({ name }, (row) => ({ name, total: (row?.total ?? 0) + by }));
      },
      // Depends on what was counted before: it must not overtake that.
      Renamed: ({ data: { name, to } }, rows) =>
        rows.counts.change({ name }, (row) => (row ? { name: row.name, total: row.total + to.length } : undefined)),
    },
  });

describe('an event that cannot be handled', () => {
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
  afterAll(() => store.close());

  const start = (projections: readonly Projection[]): Running => {
    const one = run(log, store, projections);
    running.push(one);
    return one;
  };
  const count = async (name: string, times = 1) => {
    let position = 0n;
    for (let n = 0; n < times; n++) ({ position } = await append(log, new Counted({ name, by: 1 })));
    return position;
  };
  const rows = async (projection: ReturnType<typeof first>) => {
    const { db } = await new ReadModels(store).of(projection);
    return { rows: await db.selectFrom('counts').select(['name', 'total']).orderBy('name').execute() };
  };
  const failedAgain = ({ status, commands }: Running) => {
    const look = async () => {
      await status('counts');
      return commands.parked('counts');
    };
    return eventually('it has failed again', look, ([event]) => event?.tries === 2);
  };

  it('stops the projection, is parked by an operator, and is replayed after a fix', async () => {
    const begun = start([first({ bad: ['b'] })]);
    const { until, commands, runner } = begun;
    await count('a', 2);
    const bad = await count('b');
    const last = await count('a');
    const stopped = await until('counts', ({ state }) => state === 'STOPPED');
    expect(stopped.stoppedAt).toMatchObject({ type: 'Counted', position: String(bad), error: 'b cannot be counted' });
    expect(stopped.lagSeconds).toBeGreaterThan(0);
    expect(BigInt(stopped.gap)).toBeGreaterThan(0n);
    await commands.park('counts', bad);
    await until('counts', (status) => showing(last)(status) && status.state === 'LIVE');
    expect(await commands.parked('counts')).toMatchObject([
      { position: bad, error: 'b cannot be counted', behind: false },
    ]);
    // A build that is made anew parks it too, and is verified as it is.
    await commands.rebuild('counts');
    await until(
      'counts',
      ({ builds, state }) => builds.length === 2 && builds[1]?.state === 'SERVING' && state === 'LIVE',
    );
    expect((await commands.parked('counts')).map(({ position }) => position)).toEqual([bad]);
    await commands.replay('counts');
    await failedAgain(begun);
    await runner.stop();

    const fixed = start([first()]);
    await fixed.commands.replay('counts');
    await fixed.until('counts', ({ parked, state }) => parked === 0 && state === 'LIVE');
    expect(await rows(first())).toMatchObject({
      rows: [
        { name: 'a', total: 3 },
        { name: 'b', total: 1 },
      ],
    });
  });

  it('is parked by policy: what must not overtake it waits, and replay makes the rows what they should be', async () => {
    const { until, commands, runner, status } = start([first({ bad: ['b'], onFailure: 'PARK' })]);
    await count('a', 4);
    await append(log, new Counted({ name: 'b', by: 1 }), 'message-1');
    // Of another stream, but about the same message; then another one of that stream.
    await append(log, new Renamed({ name: 'b', to: 'xyz' }), 'subscriber-1', { $correlationId: 'message-1' });
    await append(log, new Renamed({ name: 'a', to: 'xy' }), 'subscriber-1', { $correlationId: 'message-2' });
    const last = await count('a', 9);
    await until('counts', showing(last));
    expect(await status('counts')).toMatchObject({ onFailure: 'PARK', parked: 3, stoppedAt: null });
    expect((await commands.parked('counts')).map(({ type, behind }) => [type, behind])).toEqual([
      ['Counted', false],
      ['Renamed', true],
      ['Renamed', true],
    ]);
    expect(await rows(first())).toMatchObject({ rows: [{ name: 'a', total: 13 }] });
    await runner.stop();

    const fixed = start([first({ onFailure: 'PARK' })]);
    // What comes before the replay waits in its turn.
    await fixed.until(
      'counts',
      showing((await append(log, new Renamed({ name: 'b', to: 'z' }), 'subscriber-1')).position),
    );
    await fixed.commands.replay('counts');
    await fixed.until('counts', ({ parked, state }) => parked === 0 && state === 'LIVE');
    await fixed.until('counts', showing(await count('a')));
    expect(await rows(first())).toMatchObject({
      rows: [
        { name: 'a', total: 16 },
        { name: 'b', total: 5 },
      ],
    });
  });

  it('is replayed in order: what waits behind one that fails again holds up what waits behind itself', async () => {
    const bad = first({ bad: ['bad'], onFailure: 'PARK' });
    const begun = start([bad]);
    const { until, commands, runner } = begun;
    await append(log, new Counted({ name: 'bad', by: 1 }), 'stream-1', { $correlationId: 'message-1' });
    await append(log, new Counted({ name: 'c', by: 1 }), 'stream-1', { $correlationId: 'message-2' });
    const { position } = await append(log, new Renamed({ name: 'c', to: 'xyz' }), 'stream-2', {
      $correlationId: 'message-2',
    });
    await until('counts', showing(position));
    await commands.replay('counts');
    await failedAgain(begun);
    await runner.stop();
    expect((await commands.parked('counts')).map(({ type }) => type)).toEqual(['Counted', 'Counted', 'Renamed']);

    const fixed = start([first({ onFailure: 'PARK' })]);
    await fixed.commands.replay('counts');
    await fixed.until('counts', ({ parked, state }) => parked === 0 && state === 'LIVE');
    expect(await rows(first())).toMatchObject({
      rows: [
        { name: 'bad', total: 1 },
        { name: 'c', total: 4 },
      ],
    });
  });
});
