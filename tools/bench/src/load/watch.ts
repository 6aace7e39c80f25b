import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from './connection.js';
import { postBody } from './post-body.js';

export interface Seen {
  /** When it was posted, in milliseconds since the watching began. */
  readonly at: number;
  /** Milliseconds until it was answered, and until a `GET` with its `Ledger-After` showed it. */
  readonly posted: number;
  readonly visible: number;
}

/**
 * Posts a message every `everyMs` and measures when it becomes visible, while a load posts too. Ends when the signal has aborted and all
 * its messages are visible.
 */
export async function watch(url: string, everyMs: number, signal: AbortSignal): Promise<readonly Seen[]> {
  const connection = new Connection(new URL(`${url}/inbound/acme`));
  const seen: Seen[] = [];
  const looking: Promise<void>[] = [];
  const begun = performance.now();
  while (!signal.aborted) {
    const at = performance.now();
    const { status, position } = await connection.post(postBody(1_000));
    const posted = performance.now() - at;
    if (status !== 200 || position === null) throw new Error(`a post was answered ${status}`);
    looking.push(
      untilVisible(url, position).then(
        () => void seen.push({ at: at - begun, posted, visible: performance.now() - at }),
      ),
    );
    await delay(Math.max(0, everyMs - posted), undefined, { signal }).catch(() => undefined);
  }
  await Promise.all(looking);
  connection.close();
  return seen.sort((a, b) => a.at - b.at);
}

/** A `GET` that waits in vain answers 504 after five seconds, and is repeated. */
async function untilVisible(url: string, position: string): Promise<void> {
  for (;;) {
    const answer = await fetch(`${url}/messages?limit=1`, { headers: { 'ledger-after': position } });
    await answer.arrayBuffer();
    if (answer.status === 200) return;
    if (answer.status !== 504 && answer.status !== 503) throw new Error(`GET /messages answered ${answer.status}`);
  }
}
