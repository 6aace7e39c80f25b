import { join } from 'node:path';
import { mainProjection, projections } from '@mo-ledger/read-side';
import type { Bench } from './bench.js';
import { compare, type Comparison } from './comparison.js';
import { openDatabases } from './databases.js';
import { startEventStore } from './event-store-process.js';
import { positionOf } from './rebuild/place.js';
import { readAlone, rebuildIn } from './rebuild/run-job.js';
import type { Done } from './rebuild/job.js';
import { messagesOf } from './seed/seeds.js';

const ALL = projections.map(({ name }) => name);
const MB = 1e6;

/** Events a second of rebuilds, beside a read of the same events by the same client. */
export const rebuild: Bench = {
  name: 'rebuild',
  summary: 'rebuilds of one projection, of each other one, and of all at once, beside a read of the log',
  options: {
    events: { default: '1000000', quick: '10000', meaning: 'of the log' },
    engines: { default: 'postgres,pglite', meaning: 'which engines' },
    others: {
      default: '200000',
      quick: '5000',
      meaning: 'the first so many events for each other projection; 0: none',
    },
    times: { default: '1', meaning: 'rounds of one and of all' },
  },
  goals: {
    'rebuild.one.postgres': { atLeast: 0.5 },
    'rebuild.all.postgres': { atLeast: 0.3 },
  },
  async run(given, { seeds }) {
    const seed = await seeds.events(messagesOf(given.number('events')));
    const store = await startEventStore(join(seed.dir, 'events'));
    const whole = { eventStoreUrl: store.url, position: seed.position };
    const others = Math.min(given.number('others'), seed.events);
    const comparisons: Comparison[] = [];
    const figures: Record<string, number> = {};
    try {
      let reading = 0;
      const rates = new Map<string, { built: number[]; read: number[] }>();
      const tell = (what: string, { seconds, memory }: Done, events: number): void => {
        const { built, read } = rates.get(what) ?? { built: [], read: [] };
        rates.set(what, { built: [...built, events / seconds], read: [...read, reading] });
        figures[`${what}: MB resident before`] = memory.before / MB;
        figures[`${what}: MB resident at most`] = memory.most / MB;
        figures[`${what}: MB resident after`] = memory.after / MB;
        console.error(`  rebuild.${what}: ${Math.round(events / seconds)} events/s`);
      };
      for (const engine of given.list('engines')) {
        const databases = await openDatabases(engine);
        try {
          for (let round = 0; round < given.number('times'); round++) {
            reading = seed.events / (await readAlone(whole)).seconds;
            tell(`one.${engine}`, await rebuildIn(databases, [mainProjection.name], whole), seed.events);
            tell(`all.${engine}`, await rebuildIn(databases, ALL, whole), seed.events);
          }
          const some = { ...whole, position: await positionOf(store.url, others || 1) };
          for (const name of others === 0 ? [] : ALL.filter((one) => one !== mainProjection.name))
            tell(`${name}.${engine}`, await rebuildIn(databases, [name], some), others);
        } finally {
          await databases.stop();
        }
      }
      for (const [what, { built, read }] of rates)
        comparisons.push(
          compare({ name: `rebuild.${what}`, unit: 'events/s', with: 'reading the log alone' }, built, read),
        );
      return { comparisons, figures: { 'events of the log': seed.events, ...figures } };
    } finally {
      await store.stop();
    }
  },
};
