import { Agent as HttpAgent, request as httpRequest, type ClientRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import type { SimulatedPost } from './post.js';

export interface GatewayOptions {
  /** The ledger's address, for example `http://127.0.0.1:3000`. */
  readonly url: string;
  /** The path that posts go to. */
  readonly path: string;
  readonly connections: number;
  /** The retry schedule, in minutes. */
  readonly retryMinutes: readonly number[];
  /** How many times faster than real time the schedule runs; 0 never tries again. */
  readonly compress: number;
  /** Sent as X-Forwarded-For: for a ledger that trusts this machine as its proxy. */
  readonly source?: string;
  readonly timeoutMs: number;
}

/** What came back: an HTTP status, or why there was none. */
export interface Answer {
  readonly status: number | null;
  readonly text: string;
  readonly position: string | null;
  readonly error: string | null;
  readonly milliseconds: number;
}

/** What kind of answer it is: its status, or the error's code where there was none. */
export const kindOf = ({ status, error }: Answer): string =>
  status === null ? (error ?? 'no answer') : String(status);

/** What became of a post in the end. */
export interface Delivery {
  readonly answer: Answer;
  readonly attempts: number;
  /** Answered with success; otherwise the gateway has deleted it. */
  readonly delivered: boolean;
}

/** Posts as the gateway does: one message a post, kept and tried again after each interval of its schedule until a 2xx comes. */
export class SimulatedGateway {
  readonly #agent: HttpAgent;
  #waiting = 0;

  constructor(private readonly options: GatewayOptions) {
    const agent = { keepAlive: true, maxSockets: options.connections };
    this.#agent = options.url.startsWith('https:') ? new HttpsAgent(agent) : new HttpAgent(agent);
  }

  /** Posts that wait for their next try. */
  get waiting(): number {
    return this.#waiting;
  }

  /** @param onAnswer told of every answer, those before a retry included */
  async deliver(post: SimulatedPost, onAnswer: (answer: Answer) => void, signal?: AbortSignal): Promise<Delivery> {
    const { retryMinutes, compress } = this.options;
    const intervals = compress > 0 && (post.expected ?? 200) === 200 ? retryMinutes : [];
    for (let attempts = 1; ; attempts++) {
      const answer = await this.send(post);
      onAnswer(answer);
      const delivered = answer.status !== null && answer.status >= 200 && answer.status < 300;
      const minutes = intervals[attempts - 1];
      if (delivered || minutes === undefined || signal?.aborted) return { answer, attempts, delivered };
      this.#waiting++;
      await delay((minutes * 60_000) / compress, undefined, signal ? { signal } : {}).catch(() => undefined);
      this.#waiting--;
    }
  }

  /** One try. Never throws. */
  send(post: SimulatedPost): Promise<Answer> {
    const { url, path, source, timeoutMs } = this.options;
    const begun = performance.now();
    const headers: Record<string, string | number> = {};
    if (post.trickleMs === undefined) headers['content-length'] = post.body.length;
    if (post.contentType !== null) headers['content-type'] = post.contentType;
    if (source) headers['x-forwarded-for'] = source;
    const send = url.startsWith('https:') ? httpsRequest : httpRequest;
    return new Promise((resolve) => {
      const settle = (answer: Omit<Answer, 'milliseconds'>) =>
        resolve({ ...answer, milliseconds: performance.now() - begun });
      const request = send(
        url + (post.path ?? path),
        { method: 'POST', headers, agent: this.#agent, timeout: timeoutMs },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => (text += chunk));
          response.on('error', () => undefined);
          response.on('close', () => {
            const position = response.headers['ledger-position']?.toString() ?? null;
            settle({ status: response.statusCode ?? null, text, position, error: null });
          });
        },
      );
      request.on('timeout', () => request.destroy(new Error('no answer')));
      request.on('error', (error: Error & { code?: string }) =>
        settle({ status: null, text: '', position: null, error: error.code ?? error.message }),
      );
      if (post.trickleMs === undefined) request.end(post.body);
      else void trickle(request, post.body, post.trickleMs);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

async function trickle(request: ClientRequest, body: Buffer, intervalMs: number): Promise<void> {
  let over = false;
  request.once('response', () => (over = true)).once('close', () => (over = true));
  for (const byte of body) {
    if (over) return;
    request.write(Buffer.of(byte));
    await delay(intervalMs);
  }
  request.end();
}
