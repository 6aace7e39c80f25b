import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from './bench.js';
import { compare, type Comparison } from './comparison.js';
import { openDatabases } from './databases.js';
import { postBurst } from './load/burst.js';
import { residentOf, type Resident } from './resident.js';
import { startLedger } from './server-process.js';
import { LEDGER_KEY } from './seed/seeds.js';
import { visible } from './visible.js';

/** Resident size of an EventStoreDB 24.2 alone, idle, on the machine where it was recorded for the contract. */
const EVENTSTOREDB_MB = 340;
const WITHIN_MS = 3_600_000;
const SAMPLE_MS = 1_000;

/** What all processes of a ledger need, idle and under load, with many messages in it. */
export const memory: Bench = {
  name: 'memory',
  summary: 'resident size of every process of a large ledger, beside an EventStoreDB alone',
  options: {
    messages: { default: '1000000', quick: '5000', meaning: 'that are in it' },
    seconds: { default: '20', quick: '3', meaning: 'of the load' },
    idle: { default: '10', quick: '2', meaning: 'seconds without any before it is looked at' },
    engines: { default: 'postgres,pglite', meaning: 'of the read models; postgres: its own processes are not counted' },
  },
  goals: { 'memory.standalone': { atMost: 1 } },
  async run(given, { seeds }) {
    const comparisons: Comparison[] = [];
    const figures: Record<string, number> = {};
    for (const engine of given.list('engines')) {
      const messages = given.number('messages');
      const seed = await seeds.copy(await (engine === 'pglite' ? seeds.shown(messages) : seeds.events(messages)));
      const databases = await openDatabases(engine);
      const database = await databases.create();
      const env = 'url' in database ? { DATABASE_URL: database.url } : {};
      const ledger = await startLedger({ LEDGER_KEY, ...env }, seed.dir);
      const name = engine === 'pglite' ? 'pglite' : 'standalone';
      const note = (when: string, { byProcess, total, shared }: Resident): void => {
        for (const [process, megabytes] of byProcess) figures[`${name}, ${when}: MB, ${process}`] = megabytes;
        if (shared !== null) figures[`${name}, ${when}: MB, shared memory once`] = shared;
        const what = { name: `memory.${name}${when === 'idle' ? '' : '.load'}`, unit: 'MB' };
        comparisons.push(compare({ ...what, with: 'an EventStoreDB alone' }, [total], [EVENTSTOREDB_MB]));
      };
      try {
        await visible(ledger.url, seed.position, WITHIN_MS);
        await delay(given.number('idle') * 1_000);
        note('idle', await residentOf(ledger));
        let most = await residentOf(ledger);
        let loaded = true;
        const load = postBurst(ledger.url, { seconds: given.number('seconds') }).finally(() => (loaded = false));
        while (loaded) {
          await delay(SAMPLE_MS);
          const now = await residentOf(ledger);
          if (now.total > most.total) most = now;
        }
        await load;
        note('under load', most);
      } finally {
        await ledger.stop();
        await databases.drop(database);
        await databases.stop();
        await seeds.drop(seed);
      }
    }
    return { comparisons, figures };
  },
};
