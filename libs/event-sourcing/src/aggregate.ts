import { AggregateRoot } from '@nestjs/cqrs';
import type { AnyEvent, Recorded } from './event.js';

/** A pure fold: no clock, no random number, no failure. */
export type Evolve<State, E extends AnyEvent> = (state: State, event: E) => State;

/** An aggregate as the log has it: its state, which nobody changes, and the last event in it. */
export interface Snapshot<State> {
  readonly state: State;
  readonly revision: bigint;
  readonly position: bigint;
}

/**
 * The base of our aggregates: @nestjs/cqrs's AggregateRoot as the collector of uncommitted events, with a state of its own and a
 * pure fold. Its `commit()` and `publish()` are never called: the repository appends, and subscriptions deliver.
 */
export abstract class Aggregate<State, E extends AnyEvent> extends AggregateRoot<E> {
  #state: State;
  #revision: bigint | null = null;
  #position: bigint | null = null;
  readonly #evolve: Evolve<State, E>;

  protected constructor(initial: State, evolve: Evolve<State, E>) {
    super();
    this.#state = initial;
    this.#evolve = evolve;
  }

  get state(): State {
    return this.#state;
  }

  /** The revision of the last event in the log, or null for a stream that is not there. */
  get revision(): bigint | null {
    return this.#revision;
  }

  /** The position of the last event in the log, or null for a stream that is not there. */
  get position(): bigint | null {
    return this.#position;
  }

  /** What it could begin with next time; null while it is not there, or has decided something that is not in the log. */
  get snapshot(): Snapshot<State> | null {
    if (this.#revision === null || this.#position === null || this.getUncommittedEvents().length > 0) return null;
    return { state: this.#state, revision: this.#revision, position: this.#position };
  }

  /** Begins where a snapshot was made, instead of with nothing. */
  beginWith({ state, revision, position }: Snapshot<State>): void {
    this.#state = state;
    this.recorded(revision, position);
  }

  /** Brings in an event of the log. The log is ours: what a stream holds is of the aggregate's own event types. */
  replay(recorded: Recorded): void {
    this.#state = this.#evolve(this.#state, recorded as unknown as E);
    this.recorded(recorded.revision, recorded.position);
  }

  /** The uncommitted events are in the log now, up to this revision and position. */
  recorded(revision: bigint, position: bigint): void {
    this.#revision = revision;
    this.#position = position;
    this.uncommit();
  }

  /** Decides that something happened: it changes the state at once and waits among the uncommitted events for the repository. */
  protected record(event: E): void {
    this.apply(event);
    this.#state = this.#evolve(this.#state, event);
  }
}
