import type { Result } from '../bench.js';
import { compare } from '../comparison.js';
import { postBurst } from '../load/burst.js';
import { median } from '../median.js';
import { CATCH_UP_WITHIN_MS, duringCeiling, duringLedger, postOne } from '../ledger-under-load.js';
import { visible } from '../visible.js';

export interface BurstResult extends Result {
  readonly perSecond: number;
  readonly ceiling: number;
}

/** Posts as fast as 64 connections can, into the whole ledger and into a receiver that stores nothing, in turn. */
export async function measureBurst(seconds: number, rounds: number): Promise<BurstResult> {
  const [durable, ceiling, catchUp] = [[] as number[], [] as number[], [] as number[]];
  let failed = 0;
  for (let round = 0; round < rounds; round++) {
    ceiling.push(await duringCeiling(async (url) => (await postBurst(url, { seconds })).perSecond));
    await duringLedger(async (url) => {
      const burst = await postBurst(url, { seconds });
      failed += burst.failed;
      durable.push(burst.perSecond);
      catchUp.push(await visible(url, await postOne(url), CATCH_UP_WITHIN_MS));
    });
  }
  const what = { name: 'ingest.burst', unit: 'posts/s', with: 'the same receiver, storing nothing' };
  return {
    perSecond: median(durable),
    ceiling: median(ceiling),
    comparisons: [compare(what, durable, ceiling)],
    figures: { 'burst: seconds until all is routed and visible': median(catchUp), 'burst: not answered 200': failed },
  };
}
