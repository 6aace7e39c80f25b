import { CODE_EVENTS, matchProgram } from '@mo-ledger/codes';
import { follow, type Batch, type EventLog, type LedgerKey, type Recorded } from '@mo-ledger/event-sourcing';
import type { HandlerRegistry } from '@mo-ledger/keyword-handlers';
import { MessageRecorded, MessageRerouteRequested } from '@mo-ledger/messages';
import {
  subscriberId,
  toRoutable,
  type RoutableMessage,
  type RoutingEvent,
  type RoutingOutcome,
} from '@mo-ledger/subscribers';
import { Checkpoint } from './checkpoint.js';
import { CodeCache, isCodeEvent, type CodeAt } from './code-cache.js';
import { Lanes } from './lanes.js';
import { MessageRouter } from './message-router.js';
import { untilDone } from './retry.js';
import { Watermark } from './watermark.js';

/** What bounds the router's memory. */
export interface RouterLimits {
  /** Subscribers kept between their messages. */
  readonly subscribers: number;
  /** Codes and programs kept. */
  readonly programs: number;
  /** Messages that are being routed or wait for their subscriber's earlier ones. */
  readonly messages: number;
  /** Of those, the ones that the store is asked to write at the same time. */
  readonly parallel: number;
}

export const DEFAULT_LIMITS: RouterLimits = {
  subscribers: 150_000,
  programs: 200_000,
  messages: 2_048,
  parallel: 1_024,
};

export interface RouterOptions {
  readonly log: EventLog;
  readonly key: LedgerKey;
  readonly handlers: HandlerRegistry;
  readonly limits?: Partial<RouterLimits>;
  /** Told of each message that was routed, once its routing is durable. */
  readonly onRouted?: (outcome: RoutingOutcome) => void;
  /** Told of what went wrong and is tried again. */
  readonly onError?: (error: unknown) => void;
}

const RECORDED_BY = 'keyword-router';
const TYPES = [...CODE_EVENTS, MessageRecorded, MessageRerouteRequested].map(({ type }) => type);
/** How long `stop` waits for messages under way. */
const STOP_WITHIN_MS = 3_000;

/**
 * Follows the log and routes each message once (ARCHITECTURE.md, The write side). One subscription carries provisioning and messages,
 * so a message meets exactly what was provisioned before it was recorded. Messages of one subscriber are routed in order, those of
 * different ones in parallel. Whatever happens to it or to the store, it resumes where it was.
 */
export class KeywordRouter {
  readonly #limits: RouterLimits;
  #run: Run | null = null;

  constructor(private readonly options: RouterOptions) {
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
  }

  /** Begins in the background; a store that is away is waited for. */
  start(): void {
    this.#run ??= new Run(this.options, this.#limits);
  }

  /** Takes no more messages, finishes those under way as far as the store answers, and stores how far it came. */
  async stop(): Promise<void> {
    const run = this.#run;
    this.#run = null;
    await run?.stop();
  }

  /** Everything in the log up to here has been handled; null before it is known. */
  get position(): bigint | null {
    return this.#run?.position ?? null;
  }

  /** Whether it follows the log and has reached its end. */
  get live(): boolean {
    return this.#run?.live ?? false;
  }

  /** How many messages are being routed or wait. */
  get pending(): number {
    return this.#run?.pending ?? 0;
  }

  /** 0 when caught up, else the age of the oldest message that is not routed; null before it is known. */
  lagSeconds(now: Date): number | null {
    return this.#run?.lagSeconds(now) ?? null;
  }
}

/** One run of the router, from start to stop. */
class Run {
  readonly #stopping = new AbortController();
  readonly #aborting = new AbortController();
  readonly #checkpoint: Checkpoint;
  readonly #lanes: Lanes;
  readonly #finished: Promise<void>;
  #watermark: Watermark | null = null;
  #live = false;

  constructor(
    private readonly options: RouterOptions,
    private readonly limits: RouterLimits,
  ) {
    this.#lanes = new Lanes(limits.messages, limits.parallel);
    this.#checkpoint = new Checkpoint(options.log, options.key, RECORDED_BY, this.#onError);
    this.#finished = this.#work();
  }

  get position(): bigint | null {
    return this.#watermark?.safe ?? null;
  }

  get live(): boolean {
    return this.#live;
  }

  get pending(): number {
    return this.#watermark?.size ?? 0;
  }

  lagSeconds(now: Date): number | null {
    if (!this.#watermark) return null;
    const oldest = this.#watermark.oldest;
    if (oldest) return Math.max(0, (now.getTime() - oldest.getTime()) / 1_000);
    return this.#live ? 0 : null;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    const patience = setTimeout(() => this.#aborting.abort(), STOP_WITHIN_MS);
    await this.#finished;
    await this.#lanes.idle();
    clearTimeout(patience);
    await this.#checkpoint.flush().catch(this.#onError);
    this.#aborting.abort();
  }

  readonly #onError = (error: unknown): void => {
    if (!this.#aborting.signal.aborted) this.options.onError?.(error);
  };

  async #work(): Promise<void> {
    // A restart after an error of our own begins with empty caches: they would be ahead of the messages.
    const { signal } = this.#stopping;
    await untilDone(() => this.#follow(), { signal, onError: this.#onError }).catch(() => undefined);
  }

  async #follow(): Promise<void> {
    const { log, key, handlers } = this.options;
    await this.#lanes.idle();
    const stored = await this.#checkpoint.load();
    const watermark = new Watermark(stored ?? 0n);
    this.#watermark = watermark;
    this.#live = false;
    const codes = new CodeCache(log, this.limits.programs);
    const messages = new MessageRouter({
      ...{ log, key, handlers, recordedBy: RECORDED_BY, subscribers: this.limits.subscribers, end: await endOf(log) },
      ...{ signal: this.#aborting.signal, onError: this.#onError },
    });
    await follow(log, (batch) => this.#handle(batch, watermark, codes, messages), {
      ...{ after: stored ?? 'start', types: TYPES, signal: this.#stopping.signal },
      onDrop: (error) => {
        this.#live = false;
        if (error !== undefined) this.#onError(error);
      },
    });
  }

  async #handle(batch: Batch, watermark: Watermark, codes: CodeCache, messages: MessageRouter): Promise<void> {
    await this.#loadCodes(batch.events, codes);
    for (const event of batch.events) {
      if (this.#stopping.signal.aborted) return;
      if (isCodeEvent(event)) codes.apply(event);
      else await this.#dispatch(event, watermark, codes, messages);
    }
    watermark.delivered(batch.position);
    this.#live = batch.live;
  }

  /** The codes of a batch's messages are read at once, as they were before the batch; its own changes follow in their order. */
  async #loadCodes(events: readonly Recorded[], codes: CodeCache): Promise<void> {
    const [first] = events;
    if (!first) return;
    const recorded = events.filter((event) => event.type === MessageRecorded.type);
    const wanted = new Set(recorded.map((event) => (event.data as MessageRecorded['data']).code));
    const missing = [...wanted].filter((code) => !codes.get(code));
    await Promise.all(missing.map((code) => this.#patiently(() => codes.load(code, first.position))));
  }

  async #dispatch(event: Recorded, watermark: Watermark, codes: CodeCache, messages: MessageRouter): Promise<void> {
    const rerouted = event.type === MessageRerouteRequested.type;
    const message = rerouted ? await this.#patiently(() => this.#messageOf(event)) : toRoutable(recordedData(event));
    if (!message) return;
    const code = codes.get(message.code) ?? (await this.#patiently(() => codes.load(message.code, event.position)));
    const handling = this.#handling(event, message, code);
    const subscriber = subscriberId(this.options.key, message.code, message);
    await this.#lanes.room();
    const done = watermark.begin(event.position, event.created);
    this.#lanes.run(subscriber, async () => {
      try {
        const routed = await messages.route({ subscriber, message, handling, causationId: event.id });
        this.#routed(routed, watermark, done);
      } catch (error) {
        // The router stops, and this message stays for the next run: the watermark does not pass it.
        this.#onError(error);
      }
    });
  }

  #handling(event: Recorded, message: RoutableMessage, { state, revision }: CodeAt) {
    const request =
      event.type === MessageRerouteRequested.type ? (event.data as MessageRerouteRequested['data']) : null;
    const { organization, message: text, messageOrig, repeats, receivedAt } = message;
    // Deciding here, in the order of the log, is what makes a message meet the provisioning that was there before it.
    const at = request?.requestedAt ?? receivedAt;
    return {
      ...{ position: event.position, rerouted: request !== null, applyConsent: request?.applyConsent ?? true },
      codeRevision: revision,
      match: matchProgram(state, { organization, message: text, messageOrig, repeats, at }),
    };
  }

  #routed(routed: RoutingEvent | null, watermark: Watermark, done: () => void): void {
    done();
    if (routed) this.options.onRouted?.(routed.data.outcome);
    this.#checkpoint.reached(watermark.safe);
  }

  /** The message that is to be routed again: its recording is in the stream of the request. */
  async #messageOf(request: Recorded): Promise<RoutableMessage | null> {
    for await (const event of this.options.log.readStream(request.stream))
      if (event.type === MessageRecorded.type) return toRoutable(recordedData(event));
    return null;
  }

  #patiently<T>(attempt: () => Promise<T>): Promise<T> {
    return untilDone(attempt, { signal: this.#stopping.signal, onError: this.#onError });
  }
}

const recordedData = (event: Recorded): MessageRecorded['data'] => event.data as MessageRecorded['data'];

async function endOf(log: EventLog): Promise<bigint> {
  for await (const event of log.readAll({ direction: 'backwards', limit: 1 })) return event.position;
  return 0n;
}
