import { follow, type Batch, type EventLog, type Recorded } from '@mo-ledger/event-sourcing';
import type { Build } from './build.js';
import { NOTHING_YET } from './registry.js';

const ignored = (): void => undefined;
/** Live, so long after a batch without another one, everything is handled. */
const CAUGHT_UP_MS = 25;

export interface FeedOptions {
  /** The most events of one batch. */
  readonly batchSize: number;
  /** The server-side filter of a rebuild; live, everything is delivered, so that each projection knows how far it is. */
  readonly types?: readonly string[];
  readonly onBatch: (feed: Feed) => Promise<void>;
  readonly onDrop: (error: unknown) => void;
}

/** A batch, and why it was closed: it was as large as it may be, or nothing more had arrived. */
export interface BatchFigures {
  readonly size: number;
  readonly closedBy: 'FULL' | 'ARRIVED';
}

/** One subscription to the log that feeds several builds, each from its own checkpoint on. */
export class Feed {
  /** Called after each batch, when everything about it is done. */
  afterBatch: () => Promise<void> = async () => undefined;
  #position: bigint;
  #carried: readonly Recorded[] = [];
  #turn: Promise<void> = Promise.resolve();
  #live = false;
  /** When the oldest event that is not handled yet was written, or one shortly before it; null when caught up. */
  #oldest: Date | null = null;
  #idle: NodeJS.Timeout | undefined;
  #lastBatch: BatchFigures | null = null;

  constructor(
    private readonly log: Pick<EventLog, 'subscribe'>,
    readonly builds: Build[],
    private readonly options: FeedOptions,
  ) {
    // One that stands still is not waited for: the log is not read again for its sake.
    const positions = builds.filter(({ poison }) => !poison).map(({ position }) => position);
    this.#position = positions.reduce((least, one) => (one < least ? one : least), positions[0] ?? NOTHING_YET);
  }

  get position(): bigint {
    return this.#position;
  }
  /** Whether the end of the log was reached. */
  get live(): boolean {
    return this.#live;
  }
  get oldest(): Date | null {
    return this.#oldest;
  }
  get lastBatch(): BatchFigures | null {
    return this.#lastBatch;
  }

  /** Follows the log until the signal aborts. @throws CheckpointLost */
  async run(signal: AbortSignal): Promise<void> {
    const { batchSize, types, onDrop } = this.options;
    const after = this.#position === NOTHING_YET ? 'start' : this.#position;
    try {
      await follow(this.log, (batch) => this.betweenBatches(() => this.#handle(batch, signal)), {
        after,
        batchSize,
        signal,
        onDrop: (error) => {
          this.#live = false;
          onDrop(error);
        },
        ...(types ? { types } : {}),
      });
    } finally {
      clearTimeout(this.#idle);
    }
  }

  /** Runs something while no batch is under way. */
  betweenBatches<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.then(ignored, ignored);
    return result;
  }

  async #handle(batch: Batch, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { whole, rest } = this.options.types
      ? { whole: batch.events, rest: [] }
      : wholeAppends([...this.#carried, ...batch.events]);
    this.#carried = rest;
    const position = rest.length > 0 ? (whole.at(-1)?.position ?? this.#position) : batch.position;
    clearTimeout(this.#idle);
    this.#oldest = whole[0]?.created ?? this.#oldest;
    const { batchSize } = this.options;
    if (whole.length > 0)
      this.#lastBatch = { size: whole.length, closedBy: batch.events.length >= batchSize ? 'FULL' : 'ARRIVED' };
    // Each of them is waited for, so that none is still at work when another has failed.
    const outcomes = await Promise.allSettled(this.builds.map((build) => build.apply(whole, position, signal)));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
    this.#oldest = rest[0]?.created ?? whole.at(-1)?.created ?? this.#oldest;
    this.#live = batch.live;
    if (position > this.#position) this.#position = position;
    await this.options.onBatch(this);
    await this.afterBatch();
    // What waits behind this batch cannot be seen from here: if there is anything, it comes at once.
    if (batch.live && rest.length === 0) this.#idle = setTimeout(() => (this.#oldest = null), CAUGHT_UP_MS).unref();
  }
}

/**
 * Cuts what has arrived where an append is still incomplete, so that all of an append becomes visible in one transaction, and nobody
 * sees that a message was routed but not what followed from it.
 */
export function wholeAppends(events: readonly Recorded[]): { whole: readonly Recorded[]; rest: readonly Recorded[] } {
  const last = events.at(-1);
  const place = last?.metadata.append;
  if (!last || !place || place.index >= place.size - 1) return { whole: events, rest: [] };
  let first = events.length - 1;
  while (
    first > 0 &&
    events[first - 1]?.stream === last.stream &&
    indexOf(events[first - 1]) === indexOf(events[first]) - 1
  )
    first--;
  return { whole: events.slice(0, first), rest: events.slice(first) };
}

const indexOf = (event: Recorded | undefined): number => event?.metadata.append?.index ?? -2;
