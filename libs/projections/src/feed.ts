import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { follow, type Batch, type EventLog, type Recorded } from '@mo-ledger/event-sourcing';
import type { Build } from './build.js';
import { NOTHING_YET } from './registry.js';
import { wholeAppends } from './whole-appends.js';

const GATHER_MS = 15;
/** Live, so long after a batch without another one, everything is handled. */
const CAUGHT_UP_MS = 25;

export interface FeedOptions {
  readonly batchSize: number;
  /** The server-side filter of a rebuild; live, everything is delivered, so that each projection knows how far it is. */
  readonly types?: readonly string[];
  readonly onBatch: (feed: Feed, handled: number) => Promise<void> | void;
  readonly onDrop: (error: unknown) => void;
}

/** One subscription to the log that feeds several builds, each from its own checkpoint on. */
export class Feed {
  #position: bigint;
  #carried: readonly Recorded[] = [];
  #turn: Promise<void> = Promise.resolve();
  #live = false;
  /** When the oldest event that is not handled yet was written, or one shortly before it; null when caught up. */
  #oldest: Date | null = null;
  #idle: NodeJS.Timeout | undefined;

  constructor(
    private readonly log: Pick<EventLog, 'subscribe'>,
    readonly builds: Build[],
    private readonly options: FeedOptions,
  ) {
    this.#position = builds.reduce(
      (least, { position }) => (position < least ? position : least),
      builds[0]?.position ?? NOTHING_YET,
    );
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

  /** Follows the log until the signal aborts. @throws CheckpointLost */
  async run(signal: AbortSignal): Promise<void> {
    const { batchSize, types, onDrop } = this.options;
    const after = this.#position === NOTHING_YET ? 'start' : this.#position;
    await follow(this.log, (batch) => this.betweenBatches(() => this.#handle(batch, signal)), {
      ...{ after, batchSize, signal },
      onDrop: (error) => {
        this.#live = false;
        onDrop(error);
      },
      ...(types ? { types } : {}),
    });
  }

  /** Runs something while no batch is under way. */
  betweenBatches(work: () => Promise<void>): Promise<void> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #handle(batch: Batch, signal: AbortSignal): Promise<void> {
    const { whole, rest } = this.options.types
      ? { whole: batch.events, rest: [] }
      : wholeAppends([...this.#carried, ...batch.events]);
    this.#carried = rest;
    const position = rest.length > 0 ? (whole.at(-1)?.position ?? this.#position) : batch.position;
    clearTimeout(this.#idle);
    this.#oldest = whole[0]?.created ?? this.#oldest;
    await Promise.all(
      this.builds.filter(({ replaced }) => !replaced).map((build) => build.apply(whole, position, signal)),
    );
    this.#oldest = rest[0]?.created ?? whole.at(-1)?.created ?? this.#oldest;
    this.#live = batch.live;
    if (position > this.#position) this.#position = position;
    await this.options.onBatch(this, whole.length);
    // What waits behind this batch cannot be seen from here: if there is anything, it comes at once.
    if (batch.live && rest.length === 0) this.#idle = setTimeout(() => (this.#oldest = null), CAUGHT_UP_MS).unref();
    // The embedded engine works without ever letting I/O in: without this, what has arrived meanwhile would not be in the next batch.
    // Behind, a little patience makes batches large, and that is what makes a rebuild fast.
    if (batch.live || batch.events.length > this.options.batchSize / 2) await nextTurn();
    else await delay(GATHER_MS);
  }
}
