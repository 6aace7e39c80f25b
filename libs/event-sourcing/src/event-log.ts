import type { AnyEvent, EventMetadata, Recorded } from './event.js';

/** An event to be appended. Its id is derived, never random, so that a repeated append writes nothing. */
export interface NewEvent<E extends AnyEvent = AnyEvent> {
  readonly id: string;
  readonly event: E;
  readonly metadata: EventMetadata;
}

/** An event's metadata as the log keeps them: with its place in an append of several events. Every EventLog writes them so. */
export const appendedMetadata = (events: readonly NewEvent[], index: number): EventMetadata => {
  const metadata = events[index]?.metadata;
  if (!metadata) throw new RangeError(`the append has no event ${index}`);
  return events.length > 1 ? { ...metadata, append: { index, size: events.length } } : metadata;
};

/** What a stream must look like for an append. There is no `any`: with it a retry is not safe (EVENT_STORE.md §9). */
export type ExpectedRevision = bigint | 'no_stream';

export interface Appended {
  /** The revision of the last event of the append. */
  readonly revision: bigint;
  /** The commit position of the last event of the append. */
  readonly position: bigint;
}

/** What a subscription delivers, in the order of the log. */
export type Delivery =
  | { readonly kind: 'event'; readonly event: Recorded }
  /** Everything up to `position` has been delivered or filtered out. */
  | { readonly kind: 'checkpoint'; readonly position: bigint }
  /** The end of the log was reached; what follows is live. */
  | { readonly kind: 'caught-up' };

export interface SubscribeOptions {
  /** Deliver what comes strictly after this position; `start` for everything. */
  readonly after: bigint | 'start';
  /** Exactly these event types; all but system events where it is left out. */
  readonly types?: readonly string[];
  /** Ends the subscription. */
  readonly signal: AbortSignal;
}

/**
 * The event store as everything above it sees it. `libs/event-store` implements it over EventStoreDB's client.
 */
export interface EventLog {
  /**
   * Appends atomically and resolves once it is durable. Where the outcome is unknown it tries again with the same ids and the
   * same expected revision, so a repeat is never a second event.
   *
   * @throws WrongExpectedRevision where the stream is not as expected
   * @throws NotDurable where the store did not answer within `timeoutMs` (default 5,000)
   */
  append(
    stream: string,
    events: readonly NewEvent[],
    expected: ExpectedRevision,
    options?: { timeoutMs?: number },
  ): Promise<Appended>;

  /** A stream's events, by default from its beginning; a missing stream has none. Throws NotReadable where the store does not answer. */
  readStream(
    stream: string,
    options?: { from?: bigint | 'start' | 'end'; direction?: 'forwards' | 'backwards'; limit?: number },
  ): AsyncIterable<Recorded>;

  /** The whole log but its system events, from a position (inclusive), for example for a rebuild. */
  readAll(options?: {
    from?: bigint | 'start';
    direction?: 'forwards' | 'backwards';
    limit?: number;
  }): AsyncIterable<Recorded>;

  /**
   * One subscription to the whole log. It ends (without an error) or throws whenever the connection is lost: `follow` takes it up again.
   */
  subscribe(options: SubscribeOptions): AsyncIterable<Delivery>;

  /** Keeps only the last so many events of a stream. */
  setMaxCount(stream: string, maxCount: number): Promise<void>;

  close(): Promise<void>;
}

/** The stream has another revision than was expected: somebody else wrote first. */
export class WrongExpectedRevision extends Error {
  readonly code = 'WRONG_EXPECTED_REVISION';
  constructor(
    readonly stream: string,
    readonly expected: ExpectedRevision,
  ) {
    super(`stream ${stream} is not at ${expected}`);
  }
}

/** The store did not confirm an append in time. It may have been written all the same. */
export class NotDurable extends Error {
  readonly code = 'NOT_DURABLE';
}

/** The store did not answer a read. */
export class NotReadable extends Error {
  readonly code = 'NOT_READABLE';
}
