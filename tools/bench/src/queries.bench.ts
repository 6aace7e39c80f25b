import type { Bench } from './bench.js';
import { compare, type Comparison } from './comparison.js';
import { ask } from './load/ask.js';
import type { Load } from './load/burst.js';
import { median } from './median.js';
import { paths } from './queries/paths.js';
import { startLedger, type ServerProcess } from './server-process.js';
import { LEDGER_KEY, type Seeds } from './seed/seeds.js';
import { visible } from './visible.js';

const WITHIN_MS = 3_600_000;

/** The time of each GET in a large ledger, beside a small one. */
export const queries: Bench = {
  name: 'queries',
  summary: 'each GET in a large ledger, beside the same in a small one',
  options: {
    few: { default: '10000', quick: '1000', meaning: 'messages of the small one' },
    messages: { default: '1000000', quick: '5000', meaning: 'of the large one' },
    each: { default: '0.5', quick: '0.3', meaning: 'seconds that each is asked for, each round' },
    repeat: { default: '5', quick: '1', meaning: 'rounds' },
    connections: { default: '4', meaning: 'that ask at the same time' },
    only: { default: '', meaning: 'paths that contain this' },
  },
  goals: {
    'queries.worst': { atMost: 1.5 },
    ...Object.fromEntries(Object.keys(paths).map((path) => [`queries.${path}`, { atMost: 1.5 }])),
  },
  async run(given, { seeds }) {
    const servers: ServerProcess[] = [];
    const open = async (messages: number): Promise<string> => {
      const server = await openLedger(seeds, messages);
      servers.push(server);
      return server.url;
    };
    const [connections, seconds] = [given.number('connections'), given.number('each')];
    try {
      const [few, many] = [await open(given.number('few')), await open(given.number('messages'))];
      const comparisons: Comparison[] = [];
      const figures: Record<string, number | string> = {};
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
    }
  },
};

/** Starts a ledger that shows so many messages. */
async function openLedger(seeds: Seeds, messages: number): Promise<ServerProcess> {
  const seed = await seeds.copy(await seeds.shown(messages));
  const server = await startLedger({ LEDGER_KEY }, seed.dir);
  await visible(server.url, seed.position, WITHIN_MS);
  return server;
}

/** Throws where a path answers an error: errors would be fast, and count as answers. */
async function check(url: string): Promise<void> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  await answer.arrayBuffer();
}
