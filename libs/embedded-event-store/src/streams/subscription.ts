import { randomUUID } from 'node:crypto';
import type { Outgoing } from '../server/outgoing.js';
import type { StoredEvent } from '../storage/reader.js';
import { CAUGHT_UP, FELL_BEHIND, confirmationMessage, eventMessage } from './messages.js';
import { resolve, unresolved } from './links.js';
import type { Store } from './read.js';
import type { ReadRequest } from './read-request.js';

/** What a subscription takes at a time from the end of the log. */
export const BATCH = 256;

export interface Taken {
  events: readonly StoredEvent[];
  fromTable: boolean;
}

/**
 * A cursor that is pushed on whenever something was committed and whenever the receiver has room. Being live is only
 * being so near that memory has everything that follows.
 */
export abstract class Subscription {
  protected readonly store: Store;
  protected readonly request: ReadRequest;
  protected readonly out: Outgoing;
  #live = false;
  #page: readonly StoredEvent[] = [];
  #at = 0;
  #running = false;

  constructor(store: Store, request: ReadRequest, out: Outgoing) {
    this.store = store;
    this.request = request;
    this.out = out;
  }

  /** How far it is: a position; lag is measured from it. */
  abstract get position(): number;
  /** The next events, undefined where the end is reached. Moves no cursor yet. */
  protected abstract take(): Taken | undefined;
  /** Delivers one event, or passes it by, and moves the cursor. */
  protected abstract handle(event: StoredEvent): void;
  protected caughtUp(): void {}

  start(): void {
    this.out.write(confirmationMessage(randomUUID()));
    const unfollow = this.store.log.follow(() => this.#push());
    this.out.onClose(unfollow);
    this.#push();
  }

  protected send(event: StoredEvent): void {
    const { store, request } = this;
    const resolved = request.resolveLinks ? resolve(store.reader, event, store.now()) : unresolved(event);
    this.out.write(eventMessage(resolved, request.structuredIds));
  }

  #push(): void {
    if (this.#running) return;
    this.#running = true;
    try {
      this.#run();
    } catch (error) {
      this.#running = false;
      this.out.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #run(): void {
    for (;;) {
      if (this.out.closed) return;
      if (this.out.blocked) return this.#later((then) => this.out.whenWritable(then));
      const event = this.#page[this.#at++];
      if (event) {
        this.handle(event);
        continue;
      }
      this.#page = [];
      const taken = this.take();
      if (!taken) {
        this.#running = false;
        return this.#reached();
      }
      if (taken.fromTable) return this.#readPage(taken.events);
      this.#deliver(taken.events);
    }
  }

  #readPage(events: readonly StoredEvent[]): void {
    if (this.#live) this.out.write(FELL_BEHIND);
    this.#live = false;
    this.#page = events;
    this.#at = 0;
    this.#later(setImmediate);
  }

  /** What does not fit now is taken again later: a slow reader must not keep old batches in memory. */
  #deliver(events: readonly StoredEvent[]): void {
    for (const event of events) {
      if (this.out.blocked || this.out.closed) return;
      this.handle(event);
    }
  }

  #reached(): void {
    if (this.#live) return;
    this.#live = true;
    this.caughtUp();
    this.out.write(CAUGHT_UP);
  }

  #later(wait: (then: () => void) => unknown): void {
    wait(() => {
      this.#running = false;
      this.#push();
    });
  }
}
