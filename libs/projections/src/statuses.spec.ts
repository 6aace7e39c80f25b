import { Event, type InMemoryEventLog } from '@mo-ledger/event-sourcing';
import { sql, type ReadStore } from '@mo-ledger/read-store';
import { emptyReadStore, testReadStore } from '@mo-ledger/read-store/testing';
import { defineProjection, readStatuses, table, text } from './index.js';
import { append, openedLog, run, showing, until, type Running } from './testing/index.js';

class Named extends Event('Named')<{ name: string }> {}
const names = defineProjection({
  name: 'names',
  version: 1,
  tables: { names: table({ name: text() }, ['name']) },
  events: [Named],
  on: { Named: ({ data }, rows) => rows.names.put(data) },
});

describe('the status of a projection', () => {
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

  const start = (name: string): Running => {
    const one = run(log, store, [names], { name });
    running.push(one);
    return one;
  };
  const execute = (statement: ReturnType<typeof sql>) => statement.execute(store.db);
  const read = async () => (await readStatuses(store, [names]))[0];
  /** One that was killed: its last word is older than what it has committed, and its lease has not run out. */
  const killed = async () => {
    const { runner } = start('gone');
    await append(log, new Named({ name: 'a' }));
    const told = () => {
      runner.look();
      return read();
    };
    await until('its projector has told that it is live', told, (status) => status?.state === 'LIVE');
    await runner.stop();
    await execute(sql`update projections.leases set until = now() + interval '1 hour'`);
    await execute(sql`update projections.builds set position = 4711, handled = 17`);
    await execute(sql`insert into projections.parked (schema_name, position, event_id, type, stream, correlation, error, behind)
      values ('names_v1_1', 4700, 'e', 'Named', 's', 'c', 'cannot be named', false)`);
  };

  it('is as far as the database says, whoever is asked and whatever a projector that is gone has said', async () => {
    await killed();
    const other = start('other');
    await other.commands.rebuild('names');
    const standby = await other.until('names', ({ projector }) => projector !== null);
    const builds = [
      { build: 'names_v1_1', state: 'SERVING', position: '4711', handled: 17, parked: 1 },
      { build: 'names_v1_2', state: 'FILLING', position: null, handled: 0, parked: 0 },
    ];
    expect(standby).toMatchObject({ state: 'STANDBY', projector: 'gone', position: '4711', parked: 1, builds });
    expect(await read()).toMatchObject({ projector: 'gone', position: '4711', parked: 1, builds });
  });

  it('is STANDBY at once where another projector has taken the lease', async () => {
    const late = start('late');
    await late.until('names', ({ state }) => state === 'LIVE');
    await execute(sql`update projections.leases set holder = 'other', until = now() + interval '1 hour'`);
    expect(await late.status('names')).toMatchObject({ state: 'STANDBY', projector: 'other' });
  });

  it('is STOPPED and as old as the silence once the lease of its projector has run out', async () => {
    await killed();
    expect(await read()).toMatchObject({ state: 'LIVE', projector: 'gone', lastError: null });
    await execute(sql`update projections.leases set until = now(), noted_at = now() - interval '20 seconds'`);
    const stale = await read();
    expect(stale).toMatchObject({ state: 'STOPPED', projector: null, position: '4711', eventsPerSecond: 0 });
    expect(stale?.lastError).toMatch(/^no projector works on it; the last one was heard of \d+ s ago$/);
    expect(stale?.lagSeconds).toBeGreaterThanOrEqual(20);
  });

  it('never goes backwards when another projector takes over', async () => {
    const first = start('first');
    for (let n = 0; n < 20; n++) await append(log, new Named({ name: String(n) }));
    const { position } = await append(log, new Named({ name: 'last' }));
    await first.until('names', showing(position));
    const other = start('other');
    const seen: bigint[] = [];
    const see = (isSo: (state: string) => boolean) =>
      other.until('names', (status) => {
        seen.push(BigInt(status.position ?? -1), BigInt(status.builds[0]?.handled ?? -1) + position);
        return isSo(status.state);
      });
    await see((state) => state === 'STANDBY');
    await first.runner.stop();
    await see((state) => state === 'LIVE');
    expect(new Set(seen)).toEqual(new Set([position, position + 21n]));
  });

  it('says that nobody works on it where no projector has ever been', async () => {
    expect(await read()).toMatchObject({
      state: 'STOPPED',
      position: null,
      builds: [],
      progress: { handled: 0, total: null, percent: 0, secondsLeft: null },
      lastError: 'no projector has begun to work on it',
    });
  });
});
