import { LRUCache } from 'lru-cache';
import { WrongExpectedRevision, type EventLog, type EventMetadata, type LedgerKey } from '@mo-ledger/event-sourcing';
import type { HandlerRegistry } from '@mo-ledger/keyword-handlers';
import {
  ROUTING_EVENTS,
  Subscriber,
  subscriberStream,
  type Handling,
  type RoutableMessage,
  type RoutingEvent,
} from '@mo-ledger/subscribers';
import { untilDone } from './retry.js';

/** One message on its way to its subscriber. */
export interface Job {
  readonly subscriber: string;
  readonly message: RoutableMessage;
  readonly handling: Handling;
  /** The id of the event that is handled. */
  readonly causationId: string;
}

export interface MessageRouterOptions {
  readonly log: EventLog;
  readonly key: LedgerKey;
  readonly handlers: HandlerRegistry;
  readonly recordedBy: string;
  /** How many subscribers are kept in memory; one with many programs or reviews counts for several. */
  readonly subscribers: number;
  /** The end of the log when the router started: what is appended before it was there already. */
  readonly end: bigint;
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
}

const ROUTING_TYPES = new Set<string>(ROUTING_EVENTS.map(({ type }) => type));
const isRouting = (event: { readonly type: string }): event is RoutingEvent => ROUTING_TYPES.has(event.type);

/** One that has ten programs or reviews takes the memory of two that have none. */
const weigh = ({ state: { joined, handlers, reviews } }: Subscriber): number =>
  1 + Math.floor((joined.size + handlers.size + reviews.size) / 10);

/**
 * Lets each message's subscriber decide and appends what it decided, once: the expected revision is always explicit, ids derive from
 * the message's event, and the subscriber knows which message it handled last.
 */
export class MessageRouter {
  readonly #subscribers: LRUCache<string, Subscriber>;
  /** How likely one that is not in memory is a new one: learned from the last ones. */
  #newness = 1;

  constructor(private readonly options: MessageRouterOptions) {
    const most = options.subscribers;
    this.#subscribers = new LRUCache({
      maxSize: most,
      sizeCalculation: (subscriber) => Math.min(most, weigh(subscriber)),
    });
  }

  /**
   * Resolves with the routing event once it is durable, however long that takes; with null where the message was handled before.
   * Throws only when the router stops. Messages of one subscriber must come one after the other.
   */
  async route(job: Job): Promise<RoutingEvent | null> {
    if (job.handling.rerouted && (await this.#needsNoReroute(job))) return null;
    let subscriber = this.#subscribers.get(job.subscriber) ?? (await this.#meet(job.subscriber));
    for (;;) {
      subscriber.route(job.subscriber, job.message, job.handling);
      const events = [...subscriber.getUncommittedEvents()];
      const routed = events[0];
      if (!routed || !isRouting(routed)) {
        this.#subscribers.set(job.subscriber, subscriber);
        return null;
      }
      if (await this.#append(job, subscriber, events, routed)) return routed;
      subscriber = await this.#patiently(() => this.#load(job.subscriber));
    }
  }

  /** False where somebody else wrote to the subscriber first. */
  async #append(
    job: Job,
    subscriber: Subscriber,
    events: readonly { readonly type: string; readonly data: object }[],
    routed: RoutingEvent,
  ): Promise<boolean> {
    const { key, log, end } = this.options;
    const { subscriber: id, causationId } = job;
    const metadata = this.#metadata(job, routed);
    const newEvents = events.map((event, index) => {
      return { id: key.uuid('routed', causationId, index, event.type), event, metadata };
    });
    try {
      const appended = await this.#patiently(() =>
        log.append(subscriberStream(id), newEvents, subscriber.revision ?? 'no_stream'),
      );
      if (subscriber.revision === null) this.#learn(true);
      subscriber.recorded(appended.revision, appended.position);
      // Appended by an earlier run: what it decided then may be more than what this one would remember.
      if (appended.position <= end) this.#subscribers.delete(id);
      else this.#subscribers.set(id, subscriber);
      return true;
    } catch (error) {
      this.#subscribers.delete(id);
      if (subscriber.revision === null) this.#learn(false);
      if (error instanceof WrongExpectedRevision) return false;
      throw error;
    }
  }

  /** One that is not in memory. Where such ones are mostly new, the append itself finds out, without a read. */
  async #meet(id: string): Promise<Subscriber> {
    if (this.#newness > 0.5) return this.#create();
    const subscriber = await this.#patiently(() => this.#load(id));
    this.#learn(subscriber.revision === null);
    return subscriber;
  }

  #learn(isNew: boolean): void {
    this.#newness += ((isNew ? 1 : 0) - this.#newness) / 10;
  }

  #metadata({ message, causationId }: Job, { data: { program, handler } }: RoutingEvent): EventMetadata {
    return {
      ...{ $correlationId: message.ledgerId, $causationId: causationId, recordedBy: this.options.recordedBy },
      ...{ schemaVersion: 1, code: message.code, organization: message.organization },
      ...(program === null ? {} : { program }),
      ...(handler === null ? {} : { handler }),
    };
  }

  #create(): Subscriber {
    return new Subscriber(this.options.handlers);
  }

  async #load(id: string): Promise<Subscriber> {
    const subscriber = this.#create();
    for await (const event of this.options.log.readStream(subscriberStream(id))) subscriber.replay(event);
    return subscriber;
  }

  /** Only what did not come to its program is routed again; another request may have done so since this one was made. */
  async #needsNoReroute({ subscriber, message }: Job): Promise<boolean> {
    const outcome = await this.#patiently(async () => {
      let last: string | null = null;
      for await (const event of this.options.log.readStream(subscriberStream(subscriber))) {
        const { ledgerId, outcome } = event.data as RoutingEvent['data'];
        if (isRouting(event) && ledgerId === message.ledgerId) last = outcome;
      }
      return last;
    });
    return outcome === 'MATCHED' || outcome === 'RESERVED';
  }

  #patiently<T>(attempt: () => Promise<T>): Promise<T> {
    const { signal, onError } = this.options;
    return untilDone(attempt, { signal, onError, final: (error) => error instanceof WrongExpectedRevision });
  }
}
