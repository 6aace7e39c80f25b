import type { Bench } from './bench.js';
import { compare, type Comparison } from './comparison.js';
import { openDatabases, type Databases } from './databases.js';
import { ask } from './load/ask.js';
import type { Load } from './load/burst.js';
import { median } from './median.js';
import { paths } from './queries/paths.js';
import { startLedger, type ServerProcess } from './server-process.js';
import { LEDGER_KEY, type Seed, type Seeds } from './seed/seeds.js';
import { tended, visible } from './visible.js';

const WITHIN_MS = 3_600_000;

/** What each GET costs in a large ledger, beside a small one. */
export const queries: Bench = {
  name: 'queries',
  summary: 'each GET in a large ledger, beside the same in a small one',
  options: {
    few: { default: '10000', quick: '1000', meaning: 'messages of the small one' },
    messages: { default: '1000000', quick: '5000', meaning: 'of the large one' },
    each: { default: '0.5', quick: '0.3', meaning: 'seconds that each is asked for, each round' },
    repeat: { default: '5', quick: '1', meaning: 'rounds' },
    connections: { default: '4', meaning: 'that ask at the same time' },
    engine: { default: 'pglite', meaning: 'or postgres' },
    only: { default: '', meaning: 'paths that contain this' },
  },
  goals: {
    'queries.worst': { atMost: 1.5 },
    ...Object.fromEntries(Object.keys(paths).map((path) => [`queries.${path}`, { atMost: 1.5 }])),
  },
  async run(given, { seeds }) {
    const databases = given.text('engine') === 'postgres' ? await openDatabases('postgres') : null;
    const servers: ServerProcess[] = [];
    const open = async (messages: number): Promise<string> => {
      const server = await openLedger(seeds, messages, databases);
      servers.push(server);
      return server.url;
    };
    const [connections, seconds] = [given.number('connections'), given.number('each')];
    try {
      const [few, many] = [await open(given.number('few')), await open(given.number('messages'))];
      const comparisons: Comparison[] = [];
      const figures: Record<string, number | string> = { engine: given.text('engine') };
      for (const [name, path] of Object.entries(paths)) {
        if (!name.includes(given.text('only'))) continue;
        const [inFew, inMany]: [Load[], Load[]] = [[], []];
        for (const url of [few, many]) await check(url + path);
        for (let round = 0; round < given.number('repeat'); round++) {
          inFew.push(await ask(few + path, seconds, connections));
          inMany.push(await ask(many + path, seconds, connections));
        }
        const milliseconds = (loads: readonly Load[]): number[] => loads.map(({ perSecond }) => 1_000 / perSecond);
        const what = { name: `queries.${name}`, unit: 'ms a request', with: `${given.text('few')} messages` };
        comparisons.push(compare(what, milliseconds(inMany), milliseconds(inFew)));
        figures[`${name}: requests/s`] = median(inMany.map(({ perSecond }) => perSecond));
        figures[`${name}: p99 ms`] = median(inMany.map(({ p99 }) => p99));
        figures[`${name}: p99 ms, few`] = median(inFew.map(({ p99 }) => p99));
      }
      const worst = comparisons.toSorted((a, b) => b.ratio - a.ratio)[0];
      figures['worst'] = worst?.name ?? '';
      return { comparisons, ratios: { 'queries.worst': worst?.ratio ?? NaN }, figures };
    } finally {
      for (const server of servers) await server.stop();
      await databases?.stop();
    }
  },
};

/** A ledger that shows so many messages. */
async function openLedger(seeds: Seeds, messages: number, databases: Databases | null): Promise<ServerProcess> {
  const seed: Seed = await seeds.copy(await (databases ? seeds.events(messages) : seeds.shown(messages)));
  const database = await databases?.create();
  const env = database && 'url' in database ? { DATABASE_URL: database.url } : {};
  const server = await startLedger({ LEDGER_KEY, ...env }, seed.dir);
  await visible(server.url, seed.position, WITHIN_MS);
  await tended(server.url);
  return server;
}

/** A load of errors would be a fast one. */
async function check(url: string): Promise<void> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  await answer.arrayBuffer();
}
