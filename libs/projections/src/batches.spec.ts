import { Event } from '@mo-ledger/event-sourcing';
import type { ReadStore } from '@mo-ledger/read-store';
import { testReadStore } from '@mo-ledger/read-store/testing';
import fc from 'fast-check';
import { wholeAppends } from './feed.js';
import { defineProjection, document, integer, table, text } from './index.js';
import { buildRows, history } from './testing/index.js';

class Put extends Event('Put')<{ key: string; n: number }> {}
class Added extends Event('Added')<{ key: string; n: number }> {}
class Removed extends Event('Removed')<{ key: string; n: number }> {}

const sums = defineProjection({
  name: 'sums',
  version: 1,
  tables: { sums: table({ key: text(), n: integer(), trail: document<number[]>() }, ['key']) },
  events: [Put, Added, Removed],
  on: {
    Put: ({ data: { key, n } }, rows) => rows.sums.put({ key, n, trail: [n] }),
    Added: ({ data: { key, n } }, rows) =>
      rows.sums.change({ key }, (row) => ({ key, n: (row?.n ?? 0) + n, trail: [...(row?.trail ?? []), n] })),
    Removed: ({ data: { key, n } }, rows) => rows.sums.change({ key }, (row) => (row && row.n > n ? null : undefined)),
  },
});

describe('the rows of a projection', () => {
  let store: ReadStore;
  beforeAll(async () => {
    store = await testReadStore();
  });
  afterAll(() => store.close());

  it('are equal, whatever happened and however the log is cut into batches', async () => {
    const change = fc.record({
      Type: fc.constantFrom(Put, Added, Removed),
      key: fc.constantFrom('a', 'b', '\0'),
      n: fc.integer({ min: -3, max: 3 }),
    });
    const cuts = fc.record({
      batch: fc.integer({ min: 1, max: 9 }),
      deliveries: fc.constantFrom(1, 2),
      anew: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 25 }), cuts, async (changes, options) => {
        const log = history();
        for (const { Type, key, n } of changes) log.append('s', new Type({ key, n }));
        expect(await buildRows(store, sums, log.events, options)).toEqual(await buildRows(store, sums, log.events));
      }),
      { numRuns: 25 },
    );
  });

  it('are written in several statements where they are many, and one that cannot be stored stops the projection at its event', async () => {
    const log = history();
    for (let n = 0; n < 2_500; n++) log.append('s', new Put({ key: String(n), n }));
    const { sums: rows } = await buildRows(store, sums, log.events, { batch: 2_500 });
    expect(new Set(rows.map(({ key, n }) => `${key} ${n}`)).size).toBe(2_500);
    log.append('s', new Put({ key: 'too much', n: 2 ** 31 }));
    const stopped = `Put at ${log.position}: value "${2 ** 31}" is out of range for type integer`;
    await expect(buildRows(store, sums, log.events, { batch: 2_501 })).rejects.toThrow(stopped);
  });
});

describe('an append', () => {
  it('is held back until all of it has arrived, however it arrives', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1 }), fc.nat(), (sizes, cut) => {
        const log = history();
        sizes.forEach((size, n) =>
          log.append(`s-${n % 2}`, ...Array.from({ length: size }, (_, i) => new Put({ key: 'a', n: i }))),
        );
        const arrived = log.events.slice(0, cut % (log.events.length + 1));
        const { whole, rest } = wholeAppends(arrived);
        expect([...whole, ...rest]).toEqual(arrived);
        const ends = sizes.map((_, n) => sizes.slice(0, n + 1).reduce((sum, size) => sum + size, 0));
        expect([0, ...ends]).toContain(whole.length);
        expect(rest.length).toBeLessThan(4);
      }),
    );
  });
});
