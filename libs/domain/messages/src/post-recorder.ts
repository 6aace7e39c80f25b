import {
  NotDurable,
  Repository,
  WrongExpectedRevision,
  type Aggregate,
  type AnyEvent,
  type EventLog,
  type LedgerId,
  type LedgerKey,
  type Recorded,
} from '@mo-ledger/event-sourcing';
import { latestGeneration } from './generations.js';
import { messageIdentity, quarantineIdentity, statusIdentity } from './identity.js';
import { InTurn } from './in-turn.js';
import { Message } from './message.aggregate.js';
import type { MessageEvent } from './message.events.js';
import type { DeliveryAttempt, Post } from './post.js';
import { QuarantineItem, type QuarantineEvent } from './quarantine-item.aggregate.js';
import type { Delivered } from './repeat.js';
import { retryWindowMs } from './retry-schedule.js';
import { StatusNotification, type StatusEvent } from './status-notification.aggregate.js';

/** A post that was delivered to an organization. */
export interface ReceivedPost {
  readonly organization: string;
  /** The gateway by whose rules it was read. */
  readonly gateway: string;
  readonly post: Post;
  readonly attempt: DeliveryAttempt;
  /** Until when it must be durable, by the recorder's clock. */
  readonly deadline?: number;
  /** The attempt may be recorded already, by an earlier try of the same command: look for it. */
  readonly mayBeRecorded?: boolean;
}

/** What a delivery turned out to be. */
export type RecordingOutcome = 'RECORDED' | 'DUPLICATE' | 'CONFLICT' | 'QUARANTINED' | 'STATUS';

export interface RecordedPost {
  readonly outcome: RecordingOutcome;
  readonly ledgerId: LedgerId;
  /** The commit position of its event, which is durable now. */
  readonly position: bigint;
}

export interface PostRecorderOptions {
  /** The service that records, for the events' metadata. */
  readonly recordedBy: string;
  /** The gateway's schedule, in minutes. */
  readonly retryMinutes?: readonly number[];
  /** Milliseconds, monotonic. */
  readonly clock: () => number;
}

/** One kind of post: where it is kept, what it is, and what a delivery does to it. */
interface Kind<State, E extends AnyEvent, A extends Aggregate<State, E>> {
  readonly repository: Repository<State, E, A>;
  readonly create: () => A;
  readonly ids: (generation: number) => LedgerId;
  readonly deliver: (aggregate: A, delivered: Delivered) => RecordingOutcome;
  /** Only where there are generations: whether this one is over. */
  readonly isOver?: (aggregate: A) => boolean;
}

/** What a turn leaves for the next one: the latest generation, as it stands in the log. */
interface Loaded<A> {
  readonly generation: number;
  readonly aggregate: A;
}

const MOST_LOST_RACES = 50;
/** Enough of a stream's end to meet its last delivery: what else may be there is an operator's requests. */
const TAIL = 20;

/**
 * Records deliveries. The first of a message is one optimistic append without a read; only a later one, which the store refuses,
 * reads the stream: its first event, which says what the message is, and its end. Deliveries of one message take turns, so that a
 * gateway that repeats itself twenty times at once costs no lost races.
 */
export class PostRecorder {
  readonly #turns = new InTurn<Loaded<unknown>>();
  readonly #retryWindowMs: number;
  readonly #messages: Repository<Message['state'], MessageEvent, Message>;
  readonly #statuses: Repository<StatusNotification['state'], StatusEvent, StatusNotification>;
  readonly #quarantine: Repository<QuarantineItem['state'], QuarantineEvent, QuarantineItem>;

  constructor(
    private readonly log: EventLog,
    private readonly key: LedgerKey,
    private readonly options: PostRecorderOptions,
  ) {
    this.#retryWindowMs = retryWindowMs(options.retryMinutes);
    this.#messages = new Repository(log, 'message', () => new Message());
    this.#statuses = new Repository(log, 'status', () => new StatusNotification());
    this.#quarantine = new Repository(log, 'quarantine', () => new QuarantineItem());
  }

  /** Throws NotDurable or NotReadable where the store does not answer in time; the post may have been recorded all the same. */
  async record(received: ReceivedPost): Promise<RecordedPost> {
    const { key } = this;
    const { organization, post, attempt } = received;
    switch (post.kind) {
      case 'MO':
      case 'MMS_MO':
        return this.#record(received, {
          repository: this.#messages,
          create: () => new Message(),
          ids: (generation) => messageIdentity(key, organization, post, generation),
          deliver: (message, delivered) => message.deliver(post, delivered),
          ...(post.messageId === null
            ? { isOver: (message: Message) => message.isOver(attempt.receivedAt, this.#retryWindowMs) }
            : {}),
        });
      case 'STATUS':
        return this.#record(received, {
          repository: this.#statuses,
          create: () => new StatusNotification(),
          ids: () => statusIdentity(key, organization, post),
          deliver: (status, delivered) => status.deliver(post, delivered),
        });
      case 'QUARANTINED':
        return this.#record(received, {
          repository: this.#quarantine,
          create: () => new QuarantineItem(),
          ids: () => quarantineIdentity(key, organization, attempt.raw.base64),
          deliver: (item, delivered) => item.deliver(post, delivered),
        });
    }
  }

  async #record<State, E extends AnyEvent, A extends Aggregate<State, E>>(
    received: ReceivedPost,
    kind: Kind<State, E, A>,
  ): Promise<RecordedPost> {
    const id = kind.ids(0);
    if (!this.#turns.isTaken(id)) {
      try {
        return await this.#deliver(received, kind, id, kind.create());
      } catch (error) {
        if (!(error instanceof WrongExpectedRevision)) throw error;
      }
    }
    // What is left of a turn is of this kind: the id says which kind it is.
    return this.#turns.run(id, (left) => this.#recordAgain(received, kind, left as Loaded<A> | null));
  }

  /** The stream is there: reads it where nobody has just done so, and once more after each lost race. */
  async #recordAgain<State, E extends AnyEvent, A extends Aggregate<State, E>>(
    received: ReceivedPost,
    kind: Kind<State, E, A>,
    left: Loaded<A> | null,
  ): Promise<{ result: RecordedPost; left: Loaded<A> }> {
    let loaded = received.mayBeRecorded ? null : left;
    for (let lost = 0; ; lost++) {
      if (this.#timeLeft(received) <= 0) throw new NotDurable('the deadline has passed');
      loaded ??= await this.#loadLatest(kind);
      const recorded = received.mayBeRecorded ? await this.#find(received, kind, loaded) : null;
      if (recorded) return { result: recorded, left: loaded };
      if (kind.isOver?.(loaded.aggregate)) loaded = { generation: loaded.generation + 1, aggregate: kind.create() };
      try {
        const result = await this.#deliver(received, kind, kind.ids(loaded.generation), loaded.aggregate);
        return { result, left: loaded };
      } catch (error) {
        if (!(error instanceof WrongExpectedRevision) || lost >= MOST_LOST_RACES) throw error;
        loaded = null;
      }
    }
  }

  async #deliver<State, E extends AnyEvent, A extends Aggregate<State, E>>(
    received: ReceivedPost,
    { repository, deliver }: Kind<State, E, A>,
    ledgerId: LedgerId,
    aggregate: A,
  ): Promise<RecordedPost> {
    const { organization, gateway, attempt } = received;
    const outcome = deliver(aggregate, { ledgerId, organization, gateway, attempt });
    const { position } = await repository.save(ledgerId, aggregate, {
      eventId: () => this.#eventId(received, ledgerId),
      metadata: {
        ...{ $correlationId: ledgerId, $causationId: attempt.attemptId, recordedBy: this.options.recordedBy },
        ...{ schemaVersion: 1, organization },
      },
      ...(received.deadline === undefined ? {} : { timeoutMs: Math.max(1, this.#timeLeft(received)) }),
    });
    if (position === null) throw new Error(`a delivery to ${ledgerId} led to no event`);
    return { outcome, ledgerId, position };
  }

  async #loadLatest<State, E extends AnyEvent, A extends Aggregate<State, E>>(
    kind: Kind<State, E, A>,
  ): Promise<Loaded<A>> {
    const exists = async (generation: number) => (await this.#load(kind, kind.ids(generation), 1)).revision !== null;
    const generation = kind.isOver ? await latestGeneration(exists) : 0;
    return { generation, aggregate: await this.#load(kind, kind.ids(generation)) };
  }

  /** The first event says what it is, the last ones when it was delivered last, and its revision. */
  async #load<State, E extends AnyEvent, A extends Aggregate<State, E>>(
    { repository, create }: Kind<State, E, A>,
    id: LedgerId,
    tail = TAIL,
  ): Promise<A> {
    const aggregate = create();
    const stream = repository.streamOf(id);
    for await (const event of this.log.readStream(stream, { limit: 1 })) aggregate.replay(event);
    const { revision } = aggregate;
    if (revision === null) return aggregate;
    const last: Recorded[] = [];
    const backwards = { from: 'end', direction: 'backwards', limit: tail } as const;
    for await (const event of this.log.readStream(stream, backwards)) if (event.revision > revision) last.push(event);
    for (const event of last.reverse()) aggregate.replay(event);
    return aggregate;
  }

  async #find<State, E extends AnyEvent, A extends Aggregate<State, E>>(
    received: ReceivedPost,
    { repository, ids }: Kind<State, E, A>,
    { generation }: Loaded<A>,
  ): Promise<RecordedPost | null> {
    const ledgerId = ids(generation);
    const id = this.#eventId(received, ledgerId);
    for await (const event of this.log.readStream(repository.streamOf(ledgerId)))
      if (event.id === id) return { outcome: 'DUPLICATE', ledgerId, position: event.position };
    return null;
  }

  // From the identity and the attempt: our own retries of an append reuse it, another delivery never has it.
  #eventId(received: ReceivedPost, ledgerId: LedgerId): string {
    return this.key.uuid('attempt', ledgerId, received.attempt.attemptId);
  }

  #timeLeft({ deadline }: ReceivedPost): number {
    return deadline === undefined ? Infinity : deadline - this.options.clock();
  }
}
