import { setTimeout as delay } from 'node:timers/promises';

const PAUSE_MS = 100;

/**
 * Waits until a GET of each path shows everything up to a position (`Ledger-After`). Resolves to false if that takes longer than
 * `withinMs`. Throws if the ledger refuses a GET.
 */
export async function becomesVisible(
  url: string,
  paths: readonly string[],
  position: bigint,
  withinMs: number,
): Promise<boolean> {
  const until = performance.now() + withinMs;
  for (const path of paths)
    while (!(await shows(url + path, position))) {
      if (performance.now() > until) return false;
      await delay(PAUSE_MS);
    }
  return true;
}

async function shows(url: string, position: bigint): Promise<boolean> {
  const answer = await fetch(url, { headers: { 'ledger-after': String(position) } });
  // Only the status counts, and an export is long.
  await answer.body?.cancel();
  // 503: the read side is starting. 504: it is behind.
  if (answer.status === 503 || answer.status === 504) return false;
  if (!answer.ok) throw new Error(`GET ${url} was answered ${answer.status}`);
  return true;
}
