import { streamDeleted } from '../server/errors.js';
import type { Outgoing } from '../server/outgoing.js';
import { TOMBSTONE } from '../storage/numbers.js';
import type { StoredEvent } from '../storage/reader.js';
import type { Store } from './read.js';
import type { ReadRequest } from './read-request.js';
import { BATCH, Subscription } from './subscription.js';
import type { Taken } from './subscription.js';
import { visibleRange } from './visible-range.js';

/** Follows one stream: strictly after a revision. The stream need not exist; a deletion does not end it, a tombstone does. */
export class StreamSubscription extends Subscription {
  readonly #name: string;
  #revision: number;
  /** Everything in the log up to this position has been looked at. */
  #considered: number;

  constructor(store: Store, request: ReadRequest & { stream: string }, out: Outgoing) {
    super(store, request, out);
    const { stream, from } = request;
    this.#name = stream;
    this.#considered = from === 'end' ? store.log.end : -1;
    this.#revision = from === 'start' ? -1 : from === 'end' ? store.reader.lastRevision(stream) : from;
  }

  get position(): number {
    return this.#considered;
  }

  override start(): void {
    super.start();
    const { reader, now } = this.store;
    if (visibleRange(reader, this.#name, now()).kind === 'deleted') this.out.fail(streamDeleted(this.#name));
  }

  protected take(): Taken | undefined {
    const { reader, log, now } = this.store;
    while (!log.covers(this.#considered)) {
      const { end } = log;
      const visible = visibleRange(reader, this.#name, now());
      if (visible.kind === 'deleted') throw streamDeleted(this.#name);
      if (visible.kind === 'range') {
        const from = Math.max(this.#revision + 1, visible.first);
        const { events } = reader.forwards(visible.stream, from, visible.last);
        if (events.length > 0) return { events, fromTable: true };
      }
      this.#considered = end;
    }
    const events = log.after(this.#considered, BATCH);
    return events.length > 0 ? { events, fromTable: false } : undefined;
  }

  protected handle(event: StoredEvent & { stream?: string }): void {
    this.#considered = Math.max(this.#considered, event.position);
    if (event.stream !== undefined && event.stream !== this.#name) return;
    if (event.revision <= this.#revision) return;
    this.#revision = event.revision;
    this.send(event);
    if (event.revision === TOMBSTONE) this.out.fail(streamDeleted(this.#name));
  }
}
