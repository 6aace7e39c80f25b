import { InMemoryEventLog, LedgerKey, NotDurable } from '@mo-ledger/event-sourcing';
import type { PostsRefused } from '@mo-ledger/messages';
import { Refusals } from './refusals.js';

const key = new LedgerKey('0'.repeat(64));

describe('refusals', () => {
  let log: InMemoryEventLog;
  let told: string[];
  const start = (instanceId: string) =>
    new Refusals(log, key, {
      ...{ instanceId, recordedBy: 'receiver', clock: () => new Date('2026-11-22T12:00:00.000Z') },
      onFirst: (reason, source) => told.push(`${reason} ${source}`),
      onError: () => undefined,
    });
  beforeEach(() => {
    log = new InMemoryEventLog();
    told = [];
  });
  const totals = () => log.events.map(({ data }) => (data as PostsRefused['data']).refusals);

  it('are one event with totals by reason and source', async () => {
    const refusals = start('1');
    for (const source of ['a', 'b', 'a']) refusals.add('source', source);
    refusals.add('key', 'a');
    await refusals.flush();
    expect(totals()).toEqual([
      [
        { reason: 'source', source: 'a', count: 2 },
        { reason: 'source', source: 'b', count: 1 },
        { reason: 'key', source: 'a', count: 1 },
      ],
    ]);
    expect(told).toEqual(['source a', 'source b', 'key a']);
  });

  it('are no event where there are none', async () => {
    const refusals = start('1');
    await refusals.flush();
    expect(log.events).toHaveLength(0);
  });

  it('from more addresses than anybody looks at are counted together', async () => {
    const refusals = start('1');
    for (let i = 0; i < 5_000; i++) refusals.add('source', `2001:db8::${i.toString(16)}`);
    await refusals.flush();
    const [counts = []] = totals();
    expect(counts.length).toBeLessThan(300);
    expect(counts.find(({ source }) => source === 'other')?.count).toBeGreaterThan(4_000);
    expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(5_000);
    expect(told.length).toBeLessThan(300);
  });

  it('of several receivers are all in the log', async () => {
    const both = [start('1'), start('2')];
    for (let round = 0; round < 3; round++) {
      for (const refusals of both) refusals.add('source', 'a');
      await Promise.all(both.map((refusals) => refusals.flush()));
    }
    expect(
      totals()
        .flat()
        .reduce((sum, { count }) => sum + count, 0),
    ).toBe(6);
  });

  it('are kept while the store does not take them, and are in the log once', async () => {
    const refusals = start('1');
    const append = log.append.bind(log);
    // Written, but the answer is lost; and meanwhile another receiver writes.
    log.append = async (...args) => {
      await append(...args);
      throw new NotDurable('no answer');
    };
    refusals.add('not_durable', 'a');
    await refusals.flush();
    log.append = append;
    const other = start('2');
    other.add('source', 'b');
    await other.flush();
    refusals.add('not_durable', 'a');
    await refusals.flush();
    await refusals.flush();
    expect(
      totals()
        .flat()
        .filter(({ source }) => source === 'a')
        .map(({ count }) => count),
    ).toEqual([1, 1]);
  });
});
