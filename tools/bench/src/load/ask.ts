import type { Load } from './burst.js';
import { latencyOf } from './latency.js';

/** Asks for the same URL again and again on several connections, for so many seconds. */
export async function ask(url: string, seconds: number, connections: number): Promise<Load> {
  const times: number[] = [];
  let failed = 0;
  const begun = performance.now();
  const asking = async (): Promise<void> => {
    for (let now = begun; now - begun < seconds * 1_000;) {
      const answer = await fetch(url);
      await answer.arrayBuffer();
      if (!answer.ok) failed++;
      times.push(performance.now() - now);
      now = performance.now();
    }
  };
  await Promise.all(Array.from({ length: connections }, asking));
  const took = (performance.now() - begun) / 1_000;
  return { perSecond: (times.length - failed) / took, ...latencyOf(times), failed };
}
