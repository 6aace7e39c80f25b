import { setTimeout as delay } from 'node:timers/promises';
import type { AcknowledgedFile } from './acknowledged.js';
import type { Answer, Delivery, SimulatedGateway } from './gateway.js';
import type { SimulatedPost } from './post.js';
import type { Summary } from './summary.js';

export interface SendOptions {
  /** Posts a second; null as fast as the connections carry them. */
  readonly rate: number | null;
  readonly connections: number;
  readonly summary: Summary;
  readonly acknowledged: AcknowledgedFile | null;
  /** Told of every answer, those before a retry included. */
  readonly onAnswer?: (post: SimulatedPost, answer: Answer) => void;
  readonly onFinished?: (post: SimulatedPost, delivery: Delivery) => void;
  /** Ends it: no new posts, no more retries. */
  readonly signal: AbortSignal;
}

/** Sends posts at a rate, retries and all; resolves when the last one is delivered or given up. */
export async function sendAll(
  gateway: SimulatedGateway,
  posts: Iterable<SimulatedPost>,
  { rate, connections, summary, acknowledged, onAnswer, onFinished, signal }: SendOptions,
): Promise<void> {
  const pending = new Set<Promise<void>>();
  let underWay = 0;
  let free: () => void = () => undefined;
  const begun = performance.now();
  let sent = 0;
  for (const post of posts) {
    if (signal.aborted) break;
    const due = rate === null ? 0 : begun + (sent / rate) * 1000 - performance.now();
    if (due > 1) await delay(due, undefined, { signal }).catch(() => undefined);
    // A post that waits for its next try holds no connection.
    while (underWay >= connections) await new Promise<void>((resolve) => (free = resolve));
    sent++;
    underWay++;
    let holding = true;
    const answered = (answer: Answer) => {
      summary.answered(answer);
      onAnswer?.(post, answer);
      if (!holding) return;
      holding = false;
      underWay--;
      free();
    };
    const delivery = gateway.deliver(post, answered, signal).then((finished) => {
      summary.finished(finished);
      if (finished.delivered && post.messageId !== null) acknowledged?.add(post.messageId);
      onFinished?.(post, finished);
      pending.delete(delivery);
    });
    pending.add(delivery);
  }
  await Promise.all(pending);
}
