import { setTimeout as delay } from 'node:timers/promises';

const LOOK_AGAIN_MS = 100;

/**
 * Waits until everything up to a position is routed and visible.
 *
 * @returns the seconds it took
 * @throws Error where it takes longer than `withinMs`
 */
export async function visible(url: string, position: bigint | string, withinMs: number): Promise<number> {
  const begun = performance.now();
  for (;;) {
    const answer = await fetch(`${url}/messages?limit=1`, { headers: { 'ledger-after': String(position) } });
    await answer.arrayBuffer();
    const took = performance.now() - begun;
    if (answer.status === 200) return took / 1_000;
    // 504: not everything is visible yet. 503: the read model is being built.
    if (answer.status !== 504 && answer.status !== 503) throw new Error(`GET /messages answered ${answer.status}`);
    if (answer.status === 503) await delay(LOOK_AGAIN_MS);
    if (took > withinMs) throw new Error(`not everything is visible after ${Math.round(took / 1_000)} s`);
  }
}
