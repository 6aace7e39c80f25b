import type { Bench } from './bench.js';
import { compare } from './comparison.js';
import { measureBurst } from './ingest/burst.js';
import { findSustained } from './ingest/sustained.js';
import { duringLedger } from './ledger-under-load.js';
import { latencyOf, type Latency } from './load/latency.js';
import { postPaced } from './load/paced.js';
import { watch, type Seen } from './load/watch.js';
import { median } from './median.js';

/** The time until a message is visible in the read API, routed, at half the rate that is kept up with. */
export const freshness: Bench = {
  name: 'freshness',
  summary: 'from a post until GET with Ledger-After shows it, beside the post itself',
  options: {
    seconds: { default: '20', quick: '4', meaning: 'of each load' },
    repeat: { default: '5', quick: '1', meaning: 'rounds' },
    warm: {
      default: '10',
      quick: '1',
      meaning: 'seconds of the same load before, while V8 still compiles',
    },
    rate: { default: '0', meaning: 'posts/s; 0: half of what is kept up with, which is measured first' },
    window: { default: '30', quick: '5', meaning: 'seconds of that measurement' },
    every: { default: '25', meaning: 'milliseconds between messages that are looked for' },
  },
  goals: { 'freshness.p99': { atMost: 5 } },
  async run(given, { memo }) {
    const seconds = given.number('seconds');
    const windowSeconds = given.number('window');
    const sustained = () =>
      memo.get('sustained', async () => {
        const from = await memo.get('burst', async () => (await measureBurst(5, 1)).perSecond);
        return (await findSustained({ from, windowSeconds, stepSeconds: windowSeconds / 2, steps: 3 })).perSecond;
      });
    const rate = given.number('rate') || (await sustained()) / 2;
    const look = async (url: string, seconds: number): Promise<readonly Seen[]> => {
      const over = new AbortController();
      const watching = watch(url, given.number('every'), over.signal);
      await postPaced(url, { rate, seconds });
      over.abort();
      return watching;
    };
    const [posted, visible, first] = [[] as Latency[], [] as Latency[], [] as Latency[]];
    let looked = 0;
    for (let round = 0; round < given.number('repeat'); round++)
      await duringLedger(async (url) => {
        const warming = await look(url, given.number('warm'));
        const seen = await look(url, seconds);
        looked += seen.length;
        posted.push(latencyOf(seen.map((one) => one.posted)));
        visible.push(latencyOf(seen.map((one) => one.visible)));
        first.push(latencyOf(warming.map((one) => one.visible)));
      });
    const p99 = (some: readonly Latency[]): number[] => some.map((one) => one.p99);
    const what = { name: 'freshness.p99', unit: 'ms', with: 'until the post itself is answered' };
    return {
      comparisons: [compare(what, p99(visible), p99(posted))],
      figures: {
        'posts/s meanwhile': rate,
        'messages looked for': looked,
        'visible, p50 ms': median(visible.map(({ p50 }) => p50)),
        'visible just after a start, p50 ms': median(first.map(({ p50 }) => p50)),
        'visible just after a start, p99 ms': median(p99(first)),
        'answered, p50 ms': median(posted.map(({ p50 }) => p50)),
      },
    };
  },
};
