import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from './bench.js';
import { compare, type Comparison } from './comparison.js';
import { CATCH_UP_WITHIN_MS, postOne, provision } from './ledger-under-load.js';
import { postCount } from './load/burst.js';
import { memoryOf, sum, type LedgerMemory, type Memory } from './resident.js';
import { startLedger, type ServerProcess } from './server-process.js';
import { LEDGER_KEY, type Seed } from './seed/seeds.js';
import { visible } from './visible.js';

const WANTED_MB = 350;
/** The resident size of an EventStoreDB 24.2 alone after 60,000 events, on the machine where the contract was recorded. */
const EVENTSTOREDB_MB = 340;
const SAMPLE_MS = 1_000;

/** The memory of a ledger's processes after a load, and while it lasts. */
export const memory: Bench = {
  name: 'memory',
  summary: 'memory of the Node processes after a load, PostgreSQL beside them; beside what is wanted',
  options: {
    messages: { default: '20000', quick: '2000', meaning: 'messages that are posted' },
    seeded: { default: '0', quick: '5000', meaning: 'messages that are there before, for example 1000000' },
    idle: { default: '60', quick: '5', meaning: 'seconds without a post before memory is read' },
  },
  goals: { 'memory.node': { atMost: 1 }, 'memory.standalone': { atMost: 1 } },
  async run(given, { seeds }) {
    const seeded = given.number('seeded');
    const seed = seeded > 0 ? await seeds.copy(await seeds.shown(seeded)) : null;
    const ledger = await startLedger(seed ? { LEDGER_KEY } : {}, seed?.dir);
    try {
      await ready(ledger.url, seed);
      const stopSampling = new AbortController();
      const sampling = mostOf(ledger, stopSampling.signal);
      const { failed } = await postCount(ledger.url, given.number('messages'));
      await visible(ledger.url, await postOne(ledger.url), CATCH_UP_WITHIN_MS);
      stopSampling.abort();
      const most = await sampling;
      await delay(given.number('idle') * 1_000);
      const idle = await memoryOf(ledger);
      return {
        comparisons: comparisonsOf(idle),
        figures: {
          ...figuresOf('idle', idle),
          ...figuresOf('under load, at most', most),
          'not answered 200': failed,
        },
      };
    } finally {
      await ledger.stop();
      if (seed) await seeds.drop(seed);
    }
  },
};

/** A seeded ledger is ready when it shows what is in it; an empty one is provisioned. */
async function ready(url: string, seed: Seed | null): Promise<void> {
  if (seed) await visible(url, seed.position, CATCH_UP_WITHIN_MS);
  else await provision(url);
}

const nodeOf = ({ node }: LedgerMemory): Memory => sum([...node.values()]);
const allOf = (memory: LedgerMemory): Memory => sum([nodeOf(memory), ...(memory.postgres ? [memory.postgres] : [])]);

/** The largest sample until the signal aborts. */
async function mostOf(ledger: ServerProcess, signal: AbortSignal): Promise<LedgerMemory> {
  let most = await memoryOf(ledger);
  while (!signal.aborted) {
    await delay(SAMPLE_MS, undefined, { signal }).catch(() => undefined);
    const now = await memoryOf(ledger);
    if (allOf(now).proportional > allOf(most).proportional) most = now;
  }
  return most;
}

const comparisonsOf = (idle: LedgerMemory): Comparison[] => [
  compare({ name: 'memory.node', unit: 'MB', with: 'what is wanted' }, [nodeOf(idle).proportional], [WANTED_MB]),
  compare(
    { name: 'memory.standalone', unit: 'MB', with: 'an EventStoreDB alone' },
    [allOf(idle).proportional],
    [EVENTSTOREDB_MB],
  ),
];

function figuresOf(when: string, memory: LedgerMemory): Record<string, number> {
  const lines: [name: string, memory: Memory][] = [...memory.node, ['Node processes', nodeOf(memory)]];
  if (memory.postgres) lines.push(['PostgreSQL', memory.postgres], ['everything', allOf(memory)]);
  return Object.fromEntries(
    lines.flatMap(([name, { proportional, resident }]) => [
      [`${when}: ${name}, MB`, proportional],
      [`${when}: ${name}, resident MB`, resident],
    ]),
  );
}
