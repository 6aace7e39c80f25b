import { randomUUID, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CommandBus } from '@nestjs/cqrs';
import type { LedgerKey } from '@mo-ledger/event-sourcing';
import { clientAddress, isForwarded, LOOPBACK, sentInboundUrl, type AddressRanges, type Logger } from '@mo-ledger/http';
import { MessageReceived, type Gateway, type RecordedPost, type RefusalReason } from '@mo-ledger/messages';
import { hashOrganizationKey } from '@mo-ledger/organizations';
import { readInboundPath, type InboundPath } from './inbound-path.js';
import type { OrganizationDirectory } from './organization-directory.js';
import type { PostCounters } from './post-counters.js';
import { discardBody, readBody } from './read-body.js';
import type { Refusals } from './refusals.js';

export interface InboundLimits {
  /** The largest body, in bytes. */
  readonly maxBytes: number;
  /** How long a body may take to arrive, in milliseconds. */
  readonly bodyTimeoutMs: number;
  /** How long recording may take once the body is there, everything included, in milliseconds. */
  readonly recordTimeoutMs: number;
  /** How many posts may wait for the event store; one more is for the gateway to keep. */
  readonly mostWaiting: number;
  /** The same for the bytes of their bodies together: a store that is silent must not cost memory. */
  readonly mostWaitingBytes: number;
}

/** GATEWAY.md, Answering; API.md. */
export const INBOUND_LIMITS: InboundLimits = {
  maxBytes: 64 * 1024,
  bodyTimeoutMs: 10_000,
  recordTimeoutMs: 5_000,
  mostWaiting: 1_000,
  mostWaitingBytes: 4 * 1024 * 1024,
};

const STATUS: Readonly<Record<RefusalReason, number>> = {
  source: 403,
  too_large: 413,
  too_slow: 408,
  organization: 404,
  key: 403,
  not_durable: 503,
};
const HEADERS: Readonly<Partial<Record<RefusalReason, Readonly<Record<string, string>>>>> = {
  not_durable: { 'Retry-After': '5' },
  // It would hold the connection for ever.
  too_slow: { Connection: 'close' },
};
/** What the store says where it cannot record now; anything else is an error of ours, and is logged as one. */
const STORE_CODES: ReadonlySet<unknown> = new Set(['NOT_DURABLE', 'NOT_READABLE', 'WRONG_EXPECTED_REVISION']);

/** What the endpoint works with. */
export interface InboundParts {
  readonly commands: Pick<CommandBus, 'execute'>;
  readonly gateway: Gateway;
  readonly ledgerKey: LedgerKey;
  readonly directory: Pick<OrganizationDirectory, 'find'>;
  readonly refusals: Pick<Refusals, 'add'>;
  readonly counters: PostCounters;
  readonly sources: AddressRanges;
  readonly trustedProxies: AddressRanges;
  readonly limits: InboundLimits;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
}

/**
 * Answers posts, on Node's own request and response: nothing parses, redirects or answers before it. Checked in this order: source,
 * size, organization, key (GATEWAY.md, Answering). 200 only once the post is durable; nothing that it says is ever refused.
 */
export class InboundEndpoint {
  #waiting = 0;
  #waitingBytes = 0;
  #draining = false;

  constructor(private readonly parts: InboundParts) {}

  /** From now on connections end with the answer that is under way on them. */
  drain(): void {
    this.#draining = true;
  }

  /** Never throws: whatever goes wrong here is an error of ours, and the gateway tries again. */
  serve(request: IncomingMessage, response: ServerResponse): void {
    this.#handle(request, response).catch((err: unknown) => {
      this.parts.logger.error({ err }, 'a post failed');
      response.destroy();
    });
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { limits, sources, trustedProxies } = this.parts;
    const begun = performance.now();
    const receivedAt = new Date().toISOString();
    if (request.method !== 'POST') return this.#answer(request, response, 405, { Allow: 'POST' });

    const forwardedFor = request.headers['x-forwarded-for'];
    const source = clientAddress(request.socket.remoteAddress ?? '', forwardedFor?.toString(), trustedProxies);
    // What a proxy on this machine passes on without being trusted came from anywhere: it is never loopback (API.md).
    const fromAnywhere = LOOPBACK.has(source) && isForwarded(request.headers);
    if (fromAnywhere || !sources.has(source)) return this.#refuse(request, response, 'source', source);

    const body = await readBody(request, { maxBytes: limits.maxBytes, timeoutMs: limits.bodyTimeoutMs });
    if (body === 'gone') return;
    if (body === 'too_large' || body === 'too_slow') return this.#refuse(request, response, body, source);

    const result = await this.#inTime(body.length, (deadline) =>
      this.#record({ request, body, source, begun, receivedAt, deadline }),
    );
    if (typeof result === 'string') return this.#refuse(request, response, result, source);
    this.parts.counters.posts.inc({ outcome: result.outcome.toLowerCase() });
    this.#answer(request, response, 200, { 'Ledger-Position': result.position.toString() }, 'OK');
  }

  /** Not longer than the limit, and no more at once than may wait; what is late goes on and is waited for no longer. */
  #inTime(
    bytes: number,
    record: (deadline: number) => Promise<RecordedPost | RefusalReason>,
  ): Promise<RecordedPost | RefusalReason> {
    const { recordTimeoutMs, mostWaiting, mostWaitingBytes } = this.parts.limits;
    if (this.#waiting >= mostWaiting || this.#waitingBytes + bytes > mostWaitingBytes)
      return Promise.resolve('not_durable');
    this.#waiting++;
    this.#waitingBytes += bytes;
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve('not_durable'), recordTimeoutMs);
      const over = (result: RecordedPost | RefusalReason): void => {
        clearTimeout(timer);
        this.#waiting--;
        this.#waitingBytes -= bytes;
        resolve(result);
      };
      record(performance.now() + recordTimeoutMs).then(over, (error: unknown) => {
        if (!STORE_CODES.has((error as { code?: unknown }).code))
          this.parts.logger.error({ err: error }, 'a post failed');
        over('not_durable');
      });
    });
  }

  async #record(post: {
    readonly request: IncomingMessage;
    readonly body: Buffer;
    readonly source: string;
    readonly begun: number;
    readonly receivedAt: string;
    readonly deadline: number;
  }): Promise<RecordedPost | RefusalReason> {
    const { commands, directory, gateway } = this.parts;
    const { request, body, source, receivedAt, deadline } = post;
    const path = readInboundPath(sentInboundUrl(request.url ?? ''));
    const entry = path && (await directory.find(path.organization));
    if (!path || !entry) return 'organization';
    if (!this.#fits(path, entry.keyHash)) return 'key';

    const contentType = request.headers['content-type'] ?? null;
    const attempt = {
      ...{ attemptId: randomUUID(), receivedAt, source },
      durationMs: Math.round((performance.now() - post.begun) * 100) / 100,
      raw: { base64: body.toString('base64'), contentType },
    };
    const { organization } = path;
    const received = { organization, gateway: gateway.name, post: gateway.read(body, contentType), attempt, deadline };
    return commands.execute(new MessageReceived(received));
  }

  #fits({ organization, key }: InboundPath, keyHash: string | null): boolean {
    if (key === null || keyHash === null) return key === null && keyHash === null;
    const given = Buffer.from(hashOrganizationKey(this.parts.ledgerKey, organization, key));
    const expected = Buffer.from(keyHash);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  #refuse(request: IncomingMessage, response: ServerResponse, reason: RefusalReason, source: string): void {
    this.parts.counters.refused.inc({ reason });
    this.parts.refusals.add(reason, source);
    const headers = HEADERS[reason] ?? {};
    this.#answer(request, response, STATUS[reason], headers);
  }

  #answer(
    request: IncomingMessage,
    response: ServerResponse,
    status: number,
    headers: Readonly<Record<string, string>>,
    text = '',
  ): void {
    const plain = { 'Content-Type': 'text/plain', 'Content-Length': text.length };
    response.writeHead(status, { ...plain, ...headers, ...(this.#draining ? { Connection: 'close' } : {}) });
    response.end(text);
    discardBody(request);
  }
}
