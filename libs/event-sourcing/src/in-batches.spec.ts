import fc from 'fast-check';
import { inBatches } from './in-batches.js';

const collect = async <T>(source: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of source) all.push(item);
  return all;
};

describe('batches of whatever has arrived', () => {
  it('hold every item once and in order, whatever the limit and the pauses', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { maxLength: 60 }),
        fc.integer({ min: 1, max: 9 }),
        async (pauses, limit) => {
          async function* source() {
            for (const [index, pause] of pauses.entries()) {
              if (pause) await new Promise(setImmediate);
              yield index;
            }
          }
          const batches = await collect(inBatches(source(), limit));
          expect(batches.flat()).toEqual(pauses.map((_, index) => index));
          expect(batches.every((batch) => batch.length >= 1 && batch.length <= limit)).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('ask a source for no more than the limit while a batch is being handled', async () => {
    let given = 0;
    async function* source() {
      for (;;) yield given++;
    }
    for await (const batch of inBatches(source(), 10)) {
      for (let turn = 0; turn < 100; turn++) await Promise.resolve();
      expect(given).toBeLessThanOrEqual(batch.length + 11);
      break;
    }
  });

  it('hand out what came before an error, then throw it', async () => {
    async function* source() {
      yield 1;
      throw new Error('lost');
    }
    const seen: number[] = [];
    const reading = async () => {
      for await (const batch of inBatches(source(), 10)) seen.push(...batch);
    };
    await expect(reading()).rejects.toThrow('lost');
    expect(seen).toEqual([1]);
  });

  it('end their source when they are left', async () => {
    let ended = false;
    async function* source() {
      try {
        for (;;) yield 1;
      } finally {
        ended = true;
      }
    }
    for await (const _ of inBatches(source(), 2)) break;
    expect(ended).toBe(true);
  });
});
