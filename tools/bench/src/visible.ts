import { setTimeout as delay } from 'node:timers/promises';

/** Waits until everything up to a position is routed and visible; seconds it took. Throws where it takes too long. */
export async function visible(url: string, position: bigint | string, withinMs: number): Promise<number> {
  const begun = performance.now();
  for (;;) {
    const answer = await fetch(`${url}/messages?limit=1`, { headers: { 'ledger-after': String(position) } });
    await answer.arrayBuffer();
    const took = performance.now() - begun;
    if (answer.status === 200) return took / 1_000;
    if (answer.status !== 504) throw new Error(`GET /messages answered ${answer.status}`);
    if (took > withinMs) throw new Error(`not everything is visible after ${Math.round(took / 1_000)} s`);
  }
}

const TENDED_MS = 120_000;
const QUIET_MS = 3_000;
const QUICK_MS = 50;

/** Waits until the embedded database, which serves nobody while it vacuums what is new to it, answers at once for some seconds. */
export async function tended(url: string): Promise<void> {
  const until = performance.now() + TENDED_MS;
  for (let quiet = performance.now(); performance.now() - quiet < QUIET_MS;) {
    const asked = performance.now();
    if (asked > until) throw new Error(`${url} has not been quick for ${TENDED_MS / 1_000} s`);
    await (await fetch(`${url}/messages?limit=1`)).arrayBuffer();
    if (performance.now() - asked > QUICK_MS) quiet = performance.now();
    await delay(25);
  }
}
