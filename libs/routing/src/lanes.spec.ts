import fc from 'fast-check';
import { Lanes } from './lanes.js';

describe('lanes', () => {
  it('run the tasks of a key in order, one at a time, and never too many at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 20 }),
        fc.integer({ min: 1, max: 3 }),
        async (scheduler, keys, parallel) => {
          const lanes = new Lanes(6, parallel);
          const begun: number[] = [];
          const running = new Set<string>();
          const offer = async (): Promise<void> => {
            for (const [n, key] of keys.entries()) {
              await lanes.room();
              lanes.run(key, async () => {
                expect(running.has(key)).toBe(false);
                running.add(key);
                expect(running.size).toBeLessThanOrEqual(parallel);
                begun.push(n);
                await scheduler.schedule(Promise.resolve());
                running.delete(key);
              });
            }
            await lanes.idle();
          };
          await scheduler.waitFor(offer());
          expect(begun.toSorted((a, b) => a - b)).toEqual([...keys.keys()]);
          for (const key of new Set(keys)) {
            const own = begun.filter((n) => keys[n] === key);
            expect(own).toEqual(own.toSorted((a, b) => a - b));
          }
        },
      ),
    );
  });
});
