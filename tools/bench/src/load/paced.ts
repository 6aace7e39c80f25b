import { Connection } from './connection.js';
import { latencyOf, type Latency } from './latency.js';
import { postBody } from './post-body.js';

export interface Paced extends Latency {
  /** Posts a second that were answered 200. */
  readonly perSecond: number;
  readonly failed: number;
  /** The highest position of a post. */
  readonly position: bigint;
}

export interface Pace {
  readonly seconds: number;
  /** Posts a second. */
  readonly rate: number;
  readonly connections?: number;
  readonly senders?: number;
}

/**
 * Posts at a rate, evenly. A post that is due while all connections are busy waits for one, and its time runs from when it was due:
 * a server that stops for a while cannot hide it.
 */
export async function postPaced(url: string, pace: Pace): Promise<Paced> {
  const { seconds, rate, connections = 64, senders = 10_000 } = pace;
  const idle = Array.from({ length: connections }, () => new Connection(new URL(`${url}/inbound/acme`)));
  const times: number[] = [];
  const due: number[] = [];
  let [failed, position, under] = [0, 0n, 0];
  const send = async (connection: Connection, at: number): Promise<void> => {
    under++;
    try {
      const answer = await connection.post(postBody(senders));
      if (answer.status !== 200) failed++;
      else times.push(performance.now() - at);
      if (answer.position !== null && BigInt(answer.position) > position) position = BigInt(answer.position);
      idle.push(connection);
    } catch {
      failed++;
      idle.push(new Connection(new URL(`${url}/inbound/acme`)));
    }
    under--;
    next();
  };
  const next = (): void => {
    while (due.length > 0) {
      const connection = idle.pop();
      if (!connection) return;
      // The loop's condition says that there is one.
      void send(connection, due.shift() ?? 0);
    }
  };
  const begun = performance.now();
  for (let sent = 0; ;) {
    const now = performance.now();
    const elapsed = Math.min(now - begun, seconds * 1_000);
    for (; sent < Math.floor((elapsed * rate) / 1_000); sent++) due.push(begun + (sent * 1_000) / rate);
    next();
    if (now - begun >= seconds * 1_000) break;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  // Posts that still wait for a connection were due, and count.
  while (due.length > 0 || under > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const took = (performance.now() - begun) / 1_000;
  for (const connection of idle) connection.close();
  return { perSecond: times.length / took, ...latencyOf(times), failed, position };
}
