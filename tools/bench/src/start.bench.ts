import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench } from './bench.js';
import { compare } from './comparison.js';
import { startLedger } from './server-process.js';
import { LEDGER_KEY } from './seed/seeds.js';

const WANTED_SECONDS = 3;

/** The time until every part of a ledger serves. */
export const start: Bench = {
  name: 'start',
  summary: 'until everything serves, with an empty folder and with a large ledger in it',
  options: {
    messages: { default: '1000000', quick: '5000', meaning: 'in the large one; two and a half times as many events' },
    repeat: { default: '7', quick: '3', meaning: 'starts of each' },
  },
  goals: {
    'start.million': { atMost: 1.5 },
    'start.million.limit': { atMost: 1 },
    'start.empty.limit': { atMost: 1 },
  },
  async run(given, { seeds }) {
    const large = await seeds.copy(await seeds.shown(given.number('messages')));
    const [empty, full] = [[] as number[], [] as number[]];
    // The first start compiles, for all later ones.
    for (let round = -1; round < given.number('repeat'); round++) {
      const dir = await mkdtemp(join(tmpdir(), 'mo-ledger-bench-'));
      const times = [await secondsToServe(dir, {}), await secondsToServe(large.dir, { LEDGER_KEY })] as const;
      await rm(dir, { recursive: true, force: true });
      if (round < 0) continue;
      empty.push(times[0]);
      full.push(times[1]);
    }
    const limit = { unit: 's', with: 'what is wanted' };
    return {
      comparisons: [
        compare({ name: 'start.million', unit: 's', with: 'an empty folder' }, full, empty),
        compare({ name: 'start.million.limit', ...limit }, full, [WANTED_SECONDS]),
        compare({ name: 'start.empty.limit', ...limit }, empty, [WANTED_SECONDS]),
      ],
      figures: { 'events in the large one': large.events },
    };
  },
};

async function secondsToServe(dir: string, env: Record<string, string>): Promise<number> {
  const begun = performance.now();
  const ledger = await startLedger(env, dir);
  const seconds = (performance.now() - begun) / 1_000;
  await ledger.stop();
  return seconds;
}
