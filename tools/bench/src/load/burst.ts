import autocannon from 'autocannon';
import { latencyOf, type Latency } from './latency.js';
import { postBody } from './post-body.js';

export interface Load extends Latency {
  readonly perSecond: number;
  /** Not answered 2xx. */
  readonly failed: number;
}

export interface Burst {
  readonly seconds: number;
  readonly connections?: number;
  readonly senders?: number;
}

/** Posts messages as fast as so many connections can, for a time. */
export const postBurst = (url: string, { seconds, connections = 64, senders = 10_000 }: Burst): Promise<Load> =>
  cannon({ ...posts(url, connections, senders), duration: seconds });

/** Posts so many messages as fast as 64 connections can. */
export const postCount = (url: string, messages: number): Promise<Load> =>
  cannon({ ...posts(url, 64, 10_000), amount: messages });

const posts = (url: string, connections: number, senders: number): autocannon.Options => ({
  url: `${url}/inbound/acme`,
  connections,
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  requests: [{ setupRequest: (request) => ({ ...request, body: postBody(senders) }) }],
});

// autocannon's own latencies are whole milliseconds, so they are taken here.
async function cannon(options: autocannon.Options): Promise<Load> {
  const times: number[] = [];
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const running = autocannon(options, (error, done) => (error ? reject(error as Error) : resolve(done)));
    running.on('response', (_client, _status, _bytes, milliseconds) => times.push(milliseconds));
  });
  const failed = result.non2xx + result.errors;
  return { perSecond: result['2xx'] / result.duration, ...latencyOf(times), failed };
}
