import type { Bench, Result } from './bench.js';
import { compare } from './comparison.js';
import { measureBurst } from './ingest/burst.js';
import { measureLatency } from './ingest/latency.js';
import { findSustained } from './ingest/sustained.js';

/** Durable posts through the whole standalone: a burst, a rate that lasts, and latency. */
export const ingest: Bench = {
  name: 'ingest',
  summary: 'posts through the whole ledger: a burst, a rate that is kept up with, and latency',
  options: {
    seconds: { default: '20', quick: '3', meaning: 'of each load' },
    repeat: { default: '5', quick: '1', meaning: 'rounds of burst and of latency' },
    window: { default: '120', quick: '5', meaning: 'seconds for which a rate has to be kept up with' },
    step: { default: '20', quick: '4', meaning: 'seconds of each step of the search for that rate' },
    steps: { default: '5', quick: '2', meaning: 'steps of the search' },
    parts: { default: 'burst,sustained,latency', meaning: 'which parts; burst always runs' },
  },
  goals: {
    'ingest.burst': { atLeast: 0.5 },
    'ingest.sustained': { atLeast: 0.25 },
    'ingest.p99': { atMost: 3 },
  },
  async run(given, { memo }): Promise<Result> {
    const seconds = given.number('seconds');
    const repeat = given.number('repeat');
    const parts = given.list('parts');
    const burst = await measureBurst(seconds, repeat);
    memo.set('burst', burst.perSecond);
    memo.set('ceiling', burst.ceiling);
    const results: Result[] = [burst];
    if (parts.includes('latency')) results.push(await measureLatency(burst.perSecond / 2, seconds, repeat));
    if (parts.includes('sustained')) {
      const search = { windowSeconds: given.number('window'), stepSeconds: given.number('step') };
      const kept = await findSustained({ ...search, from: burst.perSecond, steps: given.number('steps') });
      memo.set('sustained', kept.perSecond);
      const what = { name: 'ingest.sustained', unit: 'posts/s', with: 'the same receiver, storing nothing' };
      results.push({
        comparisons: [compare(what, [kept.perSecond], [burst.ceiling])],
        figures: {
          'sustained: seconds until a post is visible, at most': kept.mostLag,
          'sustained: the same at the end of the window': kept.lagAtEnd,
        },
      });
    }
    return {
      comparisons: results.flatMap(({ comparisons = [] }) => comparisons),
      figures: Object.assign({}, ...results.map(({ figures }) => figures)),
    };
  },
};
