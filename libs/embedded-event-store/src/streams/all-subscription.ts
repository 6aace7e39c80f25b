import { namesOf } from '../protobuf/recorded-event.js';
import type { Outgoing } from '../server/outgoing.js';
import type { StoredEvent } from '../storage/reader.js';
import { isHiddenInAll } from './filter.js';
import { checkpointMessage } from './messages.js';
import type { Store } from './read.js';
import type { ReadRequest } from './read-request.js';
import { BATCH, Subscription } from './subscription.js';
import type { Taken } from './subscription.js';

/** Follows `$all`: strictly after a position, everything or what a filter lets through. */
export class AllSubscription extends Subscription {
  #position: number;
  /** Events considered since the last checkpoint, matching or not. */
  #considered = 0;

  constructor(store: Store, request: ReadRequest, out: Outgoing) {
    super(store, request, out);
    const { from } = request;
    this.#position = from === 'start' ? -1 : from === 'end' ? store.log.end : from;
  }

  get position(): number {
    return this.#position;
  }

  protected take(): Taken | undefined {
    const { reader, log } = this.store;
    if (log.covers(this.#position)) {
      const events = log.after(this.#position, BATCH);
      return events.length > 0 ? { events, fromTable: false } : undefined;
    }
    const { events } = reader.allForwards(this.#position + 1, log.end);
    return events.length > 0 ? { events, fromTable: true } : undefined;
  }

  protected handle(event: StoredEvent & { stream?: string; type?: string }): void {
    this.#position = event.position;
    const { filter } = this.request;
    if (this.#wants(event)) this.send(event);
    if (!filter || ++this.#considered < filter.checkpointEvery) return;
    this.#considered = 0;
    this.out.write(checkpointMessage(event.position));
  }

  #wants({ record, stream, type }: StoredEvent & { stream?: string; type?: string }): boolean {
    if (isHiddenInAll(record)) return false;
    const { filter } = this.request;
    if (!filter) return true;
    const names = stream === undefined || type === undefined ? namesOf(record) : { stream, type };
    return filter.filter.matches(names.stream, names.type);
  }

  protected override caughtUp(): void {
    if (!this.request.filter) return;
    this.#considered = 0;
    this.out.write(checkpointMessage(Math.max(this.#position, 0)));
  }
}
