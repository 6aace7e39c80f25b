import type { Result } from '../bench.js';
import { compare } from '../comparison.js';
import { duringCeiling, duringLedger } from '../ledger-under-load.js';
import { postPaced, type Paced } from '../load/paced.js';
import { median } from '../median.js';

/** Measures latency at a rate, of the whole ledger and of a receiver that stores nothing, in turn. */
export async function measureLatency(rate: number, seconds: number, rounds: number): Promise<Result> {
  const ours: Paced[] = [];
  const ceiling: Paced[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(await duringLedger((url) => postPaced(url, { seconds, rate })));
    ceiling.push(await duringCeiling((url) => postPaced(url, { seconds, rate })));
  }
  const of = (rounds: readonly Paced[], what: 'p50' | 'p99' | 'p999') => rounds.map((round) => round[what]);
  const what = { name: 'ingest.p99', unit: 'ms', with: 'storing nothing, at the same rate' };
  return {
    comparisons: [compare(what, of(ours, 'p99'), of(ceiling, 'p99'))],
    figures: {
      'latency: posts/s': rate,
      'latency: p50 ms': median(of(ours, 'p50')),
      'latency: p99 ms': median(of(ours, 'p99')),
      'latency: p99.9 ms': median(of(ours, 'p999')),
      'latency: p50 ms, storing nothing': median(of(ceiling, 'p50')),
      'latency: p99.9 ms, storing nothing': median(of(ceiling, 'p999')),
      'latency: not answered 200': ours.reduce((sum, { failed }) => sum + failed, 0),
    },
  };
}
