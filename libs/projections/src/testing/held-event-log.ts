import { InMemoryEventLog, type Delivery, type SubscribeOptions } from '@mo-ledger/event-sourcing';
import { LOOK_AGAIN_MS, Signal } from '../signal.js';

/** A log in memory whose subscriptions deliver nothing beyond a position while it is held there. */
export class HeldEventLog extends InMemoryEventLog {
  #heldAt: bigint | null = null;
  readonly #moved = new Signal();

  /** Null lets everything through. */
  holdAt(position: bigint | null): void {
    this.#heldAt = position;
    this.#moved.notify();
  }

  override async *subscribe(options: SubscribeOptions): AsyncIterable<Delivery> {
    for await (const delivery of super.subscribe(options)) {
      const { position } = { position: 0n, ...(delivery.kind === 'event' ? delivery.event : delivery) };
      while (this.#heldAt !== null && position > this.#heldAt && !options.signal.aborted)
        await this.#moved.wait(LOOK_AGAIN_MS);
      yield delivery;
    }
  }
}
