import type { Aggregate, Snapshot } from './aggregate.js';
import type { AnyEvent, EventMetadata } from './event.js';
import { WrongExpectedRevision, type Appended, type EventLog } from './event-log.js';

/** What a repository needs to know of the command that it executes for. */
export interface CommandContext {
  /** The id of the event that the command leads to first, second, …: derived from the command, so that a repeat writes nothing. */
  readonly eventId: (index: number) => string;
  readonly metadata: EventMetadata;
  /** How long the store may take to confirm, in milliseconds. */
  readonly timeoutMs?: number;
  /** True where the stream is most likely new: the first try appends with `no_stream` and reads nothing. */
  readonly expectNew?: boolean;
}

export interface Executed<A> {
  readonly aggregate: A;
  /** What was decided and is durable now; empty where the command changed nothing. */
  readonly events: readonly AnyEvent[];
  /** The position of the last event of the stream: of these, or of an earlier change where nothing changed; null for no stream. */
  readonly position: bigint | null;
}

const MOST_LOST_RACES = 50;

/** Loads aggregates of one category and appends what they decide, with an explicit expected revision each time. */
export class Repository<State, E extends AnyEvent, A extends Aggregate<State, E>> {
  /** The least recently used first. */
  readonly #remembered = new Map<string, Snapshot<State>>();

  /**
   * @param remember how many aggregates are kept in memory: of those only what is new is read. For aggregates with long streams and a
   * state that its fold never changes in place.
   */
  constructor(
    private readonly log: EventLog,
    private readonly category: string,
    private readonly create: () => A,
    private readonly remember = 0,
  ) {}

  streamOf(id: string): string {
    return `${this.category}-${id}`;
  }

  async load(id: string): Promise<A> {
    const aggregate = this.create();
    const known = this.#remembered.get(id);
    if (known) aggregate.beginWith(known);
    const from = known ? { from: known.revision + 1n } : {};
    for await (const event of this.log.readStream(this.streamOf(id), from)) aggregate.replay(event);
    this.#keep(id, aggregate);
    return aggregate;
  }

  #keep(id: string, { snapshot }: A): void {
    if (this.remember === 0 || !snapshot) return;
    this.#remembered.delete(id);
    this.#remembered.set(id, snapshot);
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > this.remember && oldest !== undefined) this.#remembered.delete(oldest);
  }

  /**
   * Decides and appends. Whoever loses a race against another writer reads the stream again and decides anew; `decide` must
   * therefore be pure. Throws what `decide` throws, NotDurable, and WrongExpectedRevision after fifty lost races in a row.
   */
  async execute(id: string, decide: (aggregate: A) => void, context: CommandContext): Promise<Executed<A>> {
    for (let lost = 0; ; lost++) {
      const aggregate = context.expectNew && lost === 0 ? this.create() : await this.load(id);
      decide(aggregate);
      try {
        return await this.save(id, aggregate, context);
      } catch (error) {
        if (!(error instanceof WrongExpectedRevision) || lost >= MOST_LOST_RACES) throw error;
      }
    }
  }

  /** Appends the uncommitted events of an aggregate as it was loaded. Throws WrongExpectedRevision where it has changed since. */
  async save(id: string, aggregate: A, context: CommandContext): Promise<Executed<A>> {
    // A copy: the aggregate empties its own list once they are recorded.
    const events = [...aggregate.getUncommittedEvents()];
    if (events.length === 0) return { aggregate, events, position: aggregate.position };
    const appended: Appended = await this.log.append(
      this.streamOf(id),
      events.map((event, index) => ({ id: context.eventId(index), event, metadata: context.metadata })),
      aggregate.revision ?? 'no_stream',
      context.timeoutMs === undefined ? {} : { timeoutMs: context.timeoutMs },
    );
    aggregate.recorded(appended.revision, appended.position);
    this.#keep(id, aggregate);
    return { aggregate, events, position: appended.position };
  }
}
