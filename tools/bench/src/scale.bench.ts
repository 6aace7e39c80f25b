import { join } from 'node:path';
import { mainProjection } from '@mo-ledger/read-side';
import type { Bench } from './bench.js';
import { compare, type Comparison } from './comparison.js';
import { openDatabases } from './databases.js';
import { startEventStore } from './event-store-process.js';
import { during } from './ledger-under-load.js';
import { postBurst } from './load/burst.js';
import { median } from './median.js';
import { rebuildIn } from './rebuild/run-job.js';
import { root, startServer } from './server-process.js';
import { LEDGER_KEY, messagesOf, type Seed } from './seed/seeds.js';

/** Posts, and a rebuild of the whole log, with many events in the log and with few. */
export const scale: Bench = {
  name: 'scale',
  summary: 'posts (receiver and event store) and a rebuild with many events in the log, beside few',
  options: {
    sizes: { default: '10000,1000000,5000000', quick: '1000,5000,10000', meaning: 'events in the log' },
    seconds: { default: '5', quick: '2', meaning: 'of each load' },
    repeat: { default: '5', quick: '1', meaning: 'rounds of posts' },
    'rebuild-sizes': { default: '10000,1000000,5000000', quick: '1000,5000', meaning: 'the sizes that are rebuilt' },
  },
  goals: { 'scale.ingest': { atLeast: 0.8 }, 'scale.rebuild': { atLeast: 0.8 } },
  async run(given, { seeds }) {
    const sizes = given.list('sizes').map(Number);
    if (sizes.length === 0) throw new Error('--sizes names at least one');
    const rebuilt = new Set(given.list('rebuild-sizes').map(Number));
    const databases = await openDatabases();
    const logs: { readonly size: number; readonly seed: Seed; readonly posts: number[]; rebuilds: number[] }[] = [];
    try {
      for (const size of sizes) {
        const before = logs.at(-1)?.seed;
        const seed = await (before ? seeds.grown(before, messagesOf(size)) : seeds.events(messagesOf(size)));
        logs.push({ size, seed, posts: [], rebuilds: [] });
      }
      for (const { size, seed, rebuilds } of logs.filter((log) => rebuilt.has(log.size)))
        for (let round = 0; round < (size < SHORT ? given.number('repeat') : 1); round++)
          rebuilds.push(seed.events / (await rebuildSeconds(seed)));
      const copies = new Map<(typeof logs)[number], Seed>();
      for (const log of logs) copies.set(log, await seeds.copy(log.seed));
      // In turn, so that other work on the machine falls on all sizes alike.
      for (let round = 0; round < given.number('repeat'); round++)
        for (const [log, { dir }] of copies) log.posts.push(await posts(dir, given.number('seconds')));
      for (const copy of copies.values()) await seeds.drop(copy);
    } finally {
      await databases.stop();
    }

    async function rebuildSeconds(seed: Seed): Promise<number> {
      const store = await startEventStore(join(seed.dir, 'events'));
      const source = { eventStoreUrl: store.url, position: seed.position };
      try {
        return (await rebuildIn(databases, [mainProjection.name], source)).seconds;
      } finally {
        await store.stop();
      }
    }

    const withRebuilds = logs.filter(({ rebuilds }) => rebuilds.length > 0);
    return {
      comparisons: [
        ...besideTheSmallest('scale.ingest', 'posts/s', logs, ({ posts }) => posts),
        ...besideTheSmallest('scale.rebuild', 'events/s', withRebuilds, ({ rebuilds }) => rebuilds),
      ],
      figures: Object.fromEntries(
        withRebuilds.map(({ size, rebuilds }) => [`rebuild of ${size} events: events/s`, median(rebuilds)]),
      ),
    };
  },
};

/** Compares each size with the smallest one: the largest under the name alone, every one under the name and its size. */
function besideTheSmallest<Log extends { readonly size: number }>(
  name: string,
  unit: string,
  logs: readonly Log[],
  measured: (log: Log) => readonly number[],
): readonly Comparison[] {
  const [few, ...more] = logs;
  const last = more.at(-1);
  if (!few || !last) return [];
  const beside = (log: Log, suffix = ''): Comparison =>
    compare({ name: name + suffix, unit, with: `${few.size} events` }, measured(log), measured(few));
  return [beside(last), ...more.map((log) => beside(log, `.${log.size}`))];
}

/** Rebuilds of fewer events are repeated. */
const SHORT = 100_000;

async function posts(dir: string, seconds: number): Promise<number> {
  const store = await startEventStore(join(dir, 'events'));
  try {
    const env = { HOST: '127.0.0.1', PORT: '0', EVENTSTORE_URL: store.url, LEDGER_KEY, LOG_LEVEL: 'error' };
    const receiver = await startServer(join(root, 'apps/receiver/dist/main.js'), {
      ...env,
      GATEWAY_SOURCES: '127.0.0.0/8',
    });
    return await during(receiver, async (url) => {
      await postBurst(url, { seconds: 1 });
      return (await postBurst(url, { seconds })).perSecond;
    });
  } finally {
    await store.stop();
  }
}
