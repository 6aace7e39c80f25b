import { join } from 'node:path';
import { mainProjection, projections } from '@mo-ledger/read-side';
import type { Bench } from './bench.js';
import { compare } from './comparison.js';
import { openDatabases } from './databases.js';
import { startEventStore } from './event-store-process.js';
import { readAlone, rebuildIn, type Source } from './rebuild/run-job.js';
import type { Done } from './rebuild/job.js';
import { messagesOf, type Seed } from './seed/seeds.js';

const ALL = projections.map(({ name }) => name);
const MB = 1e6;

/** Events a second of rebuilds, beside a read of the same events by the same client. */
export const rebuild: Bench = {
  name: 'rebuild',
  summary: 'rebuilds of one projection, of each other one, and of all at once, beside a read of the log',
  options: {
    events: { default: '1000000', quick: '10000', meaning: 'events of the log' },
    others: { default: '200000', quick: '5000', meaning: 'events of the log of each other projection; 0: none' },
    times: { default: '1', meaning: 'rounds of one and of all' },
  },
  goals: { 'rebuild.one': { atLeast: 0.5 }, 'rebuild.all': { atLeast: 0.3 } },
  async run(given, { seeds }) {
    const seed = await seeds.events(messagesOf(given.number('events')));
    const others = given.number('others');
    const databases = await openDatabases();
    const rates = new Rates();
    try {
      await withLog(seed, async (log) => {
        for (let round = 0; round < given.number('times'); round++) {
          const reading = seed.events / (await readAlone(log)).seconds;
          rates.add('one', seed.events, await rebuildIn(databases, [mainProjection.name], log), reading);
          rates.add('all', seed.events, await rebuildIn(databases, ALL, log), reading);
        }
      });
      if (others > 0) {
        const shorter = await seeds.events(messagesOf(others));
        await withLog(shorter, async (log) => {
          const reading = shorter.events / (await readAlone(log)).seconds;
          for (const name of ALL.filter((one) => one !== mainProjection.name))
            rates.add(name, shorter.events, await rebuildIn(databases, [name], log), reading);
        });
      }
    } finally {
      await databases.stop();
    }
    return { comparisons: rates.comparisons(), figures: { 'events of the log': seed.events, ...rates.figures } };
  },
};

/** Serves the log of a seeded ledger while something is measured. */
async function withLog(seed: Seed, measure: (log: Source) => Promise<void>): Promise<void> {
  const store = await startEventStore(join(seed.dir, 'events'));
  try {
    await measure({ eventStoreUrl: store.url, position: seed.position });
  } finally {
    await store.stop();
  }
}

/** Events a second of each kind of rebuild, with the read beside it. */
class Rates {
  readonly figures: Record<string, number> = {};
  readonly #rates = new Map<string, { built: number[]; read: number[] }>();

  add(what: string, events: number, { seconds, memory }: Done, reading: number): void {
    const { built, read } = this.#rates.get(what) ?? { built: [], read: [] };
    this.#rates.set(what, { built: [...built, events / seconds], read: [...read, reading] });
    this.figures[`${what}: MB resident before`] = memory.before / MB;
    this.figures[`${what}: MB resident at most`] = memory.most / MB;
    this.figures[`${what}: MB resident after`] = memory.after / MB;
    console.error(`  rebuild.${what}: ${Math.round(events / seconds)} events/s`);
  }

  comparisons() {
    return [...this.#rates].map(([what, { built, read }]) =>
      compare({ name: `rebuild.${what}`, unit: 'events/s', with: 'reading the log alone' }, built, read),
    );
  }
}
