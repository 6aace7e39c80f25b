import { duringLedger } from '../ledger-under-load.js';
import { postPaced } from '../load/paced.js';
import { watch, type Seen } from '../load/watch.js';
import { median } from '../median.js';

export interface Kept {
  readonly rate: number;
  /** Posts a second that were answered in the window. */
  readonly perSecond: number;
  /** Seconds from a post until it was visible: the longest, and at the end of the window. */
  readonly mostLag: number;
  readonly lagAtEnd: number;
}

export interface Search {
  /** Posts a second that cannot be kept up with. */
  readonly from: number;
  /** Seconds of the last window, and of those of the search. */
  readonly windowSeconds: number;
  readonly stepSeconds: number;
  readonly steps: number;
}

/** A rate is kept up with where the last post is visible within so many seconds. */
const WITHIN_SECONDS = 3;
const EVERY_MS = 500;
/** A lag below this is noise, not growth. */
const SMALL_LAG_MS = 1_000;

/**
 * Finds the highest rate at which routing and projections keep up: halves the distance in short windows, then tries the whole window, and
 * lowers the rate by a tenth until it is kept up with.
 */
export async function findSustained({ from, windowSeconds, stepSeconds, steps }: Search): Promise<Kept> {
  let [enough, tooMuch] = [0, from];
  for (let step = 0; step < steps; step++) {
    const rate = (enough + tooMuch) / 2;
    if (await keepsUp(rate, stepSeconds)) enough = rate;
    else tooMuch = rate;
  }
  for (let rate = enough === 0 ? tooMuch / 2 : enough; rate >= 1; rate *= 0.9) {
    const kept = await keepsUp(rate, windowSeconds);
    if (kept) return kept;
  }
  throw new Error('routing and projections keep up with no rate at all');
}

/** Null where they do not keep up. Each window has a new ledger: what an earlier one left undone would count. */
async function keepsUp(rate: number, seconds: number): Promise<Kept | null> {
  return duringLedger(async (url) => {
    const over = new AbortController();
    const watching = watch(url, EVERY_MS, over.signal);
    const { perSecond, failed } = await postPaced(url, { rate, seconds });
    over.abort();
    const seen = await watching;
    const lag = (some: readonly Seen[]): number => median(some.map(({ visible }) => visible));
    const [before, after] = [seen.slice(0, seen.length / 2), seen.slice((seen.length * 3) / 4)];
    const mostLag = Math.max(...seen.map(({ visible }) => visible)) / 1_000;
    const lagAtEnd = (seen.at(-1)?.visible ?? 0) / 1_000;
    const grows = lag(after) > Math.max(SMALL_LAG_MS, 2 * lag(before));
    const kept = failed === 0 && perSecond >= 0.97 * rate && lagAtEnd <= WITHIN_SECONDS && !grows;
    const says = `${Math.round(rate)} posts/s for ${seconds} s: ${kept ? 'kept up' : 'not kept up'}`;
    console.error(`  ${says}, lag ${lagAtEnd.toFixed(1)} s at the end`);
    return kept ? { rate, perSecond, mostLag, lagAtEnd } : null;
  });
}
