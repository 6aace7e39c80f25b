import { setTimeout as delay } from 'node:timers/promises';
import type { Recorded } from '@mo-ledger/event-sourcing';
import type { ReadStore, ReadStoreTransaction } from '@mo-ledger/read-store';
import { isNotThere, isPassing } from './database-errors.js';
import type { Projection } from './define-projection.js';
import { orderOf, type ParkedEvents, type ToPark } from './parked-events.js';
import { Rate } from './rate.js';
import { CheckpointLost, type BuildRecord, type Registry } from './registry.js';
import { RowCache, type Written } from './row-cache.js';
import { RowChanges } from './row-changes.js';
import { writeRows } from './write-rows.js';

/** An event that a projection cannot handle, however often it is tried. */
export interface Poison {
  readonly event: Recorded;
  readonly error: string;
}

/** How far a batch brings a build. */
interface Step {
  readonly events: readonly Recorded[];
  readonly to: bigint;
  /** The last event of the log in it, of whatever type. */
  readonly last: Recorded | undefined;
}

const TRIES = 3;
const LONGEST_WAIT_MS = 2_000;

export interface BuildTools {
  readonly store: ReadStore;
  readonly registry: Registry;
  readonly parked: ParkedEvents;
}

/** One build of a projection at work: brings batches of the log into its tables. */
export class Build {
  #position: bigint;
  #parked: number;
  #indexed: boolean;
  readonly #rate = new Rate();
  readonly #rows = new RowCache();
  #poison: Poison | null = null;
  #lastError: string | null = null;

  private constructor(
    readonly definition: Projection,
    readonly record: BuildRecord,
    /** Streams and messages of which something is parked: nothing of theirs may overtake it. */
    private orders: Set<string>,
    private readonly tools: BuildTools,
  ) {
    this.#position = record.position;
    this.#parked = record.parked;
    this.#indexed = record.indexed;
  }

  static async open(definition: Projection, record: BuildRecord, tools: BuildTools): Promise<Build> {
    return new Build(definition, record, await tools.parked.orders(record.schema), tools);
  }

  get schema(): string {
    return this.record.schema;
  }
  get position(): bigint {
    return this.#position;
  }
  /** Whether its secondary indexes are made. */
  get indexed(): boolean {
    return this.#indexed;
  }
  /** Events that were handled, over the last seconds. */
  get perSecond(): number {
    return this.#rate.perSecond;
  }
  /** How many events are parked. */
  get parked(): number {
    return this.#parked;
  }
  /** The event it stands still at, if it does. */
  get poison(): Poison | null {
    return this.#poison;
  }
  get lastError(): string | null {
    return this.#lastError;
  }

  /**
   * Brings in what comes after its checkpoint; `position` is how far the log has been delivered. What cannot be handled is tried again,
   * then the batch is halved down to the one event: there the projection stops, with everything before it in, or parks it and goes on.
   *
   * @throws CheckpointLost
   */
  async apply(events: readonly Recorded[], position: bigint, signal: AbortSignal): Promise<void> {
    if (this.#poison || position <= this.#position) return;
    const passed = events.filter((event) => event.position > this.#position);
    const wanted = passed.filter((event) => this.definition.types.has(event.type));
    await this.#applyOrHalve({ events: wanted, to: position, last: passed.at(-1) }, signal);
  }

  /** Makes its secondary indexes, where they are not made yet. */
  async index(): Promise<void> {
    if (this.#indexed) return;
    await this.tools.registry.index(this.schema, this.definition);
    this.#indexed = true;
  }

  /** Parks the event that it stands still at, if that is this one, and whatever the policy is. Tells whether it did. */
  async parkPoison(position: bigint): Promise<boolean> {
    if (this.#poison?.event.position !== position) return false;
    await this.#park(this.#poison, { events: [], to: position, last: this.#poison.event });
    this.#poison = null;
    return true;
  }

  /**
   * Tries parked events again, in the log's order; one that fails again keeps what must not overtake it.
   *
   * @param read the event at a position of the log; null where it is gone
   * @param limit the most events of this call
   * @param after where the call before ended
   * @param failing what the calls before found failing again
   * @returns where to go on, or null after the last one
   */
  async replay(
    read: (position: bigint) => Promise<Recorded | null>,
    { limit, after, failing }: { limit: number; after: bigint; failing: Set<string> },
  ): Promise<bigint | null> {
    const { parked } = this.tools;
    const some = await parked.of(this.schema, { after, limit });
    for (const { position, stream, correlation } of some) {
      if (failing.has(stream) || failing.has(correlation)) {
        // What waits holds up others in its turn, here as when it was parked.
        failing.add(stream).add(correlation);
        continue;
      }
      const error = await this.#tryParked(await read(position), position);
      if (error === null) continue;
      failing.add(stream).add(correlation);
      await parked.failedAgain(this.schema, position, error);
    }
    const last = some.at(-1);
    if (last && some.length === limit) return last.position;
    this.#parked = await parked.count(this.schema);
    this.orders = await parked.orders(this.schema);
    return null;
  }

  async #tryParked(event: Recorded | null, position: bigint): Promise<string | null> {
    const { registry, parked } = this.tools;
    if (!event) return 'the event is not in the log any more';
    try {
      const changes = new RowChanges(this.definition.tables);
      this.definition.handle(event, changes.rows);
      await this.#write(changes, async (tx) => {
        await parked.remove(tx, this.schema, position);
        // Moves nothing, but fails where somebody else has moved it.
        const here = { from: this.#position, to: this.#position };
        await registry.advance(tx, this.schema, { ...here, handled: 1, lastEvent: null });
      });
      return null;
    } catch (error) {
      if (error instanceof CheckpointLost || isPassing(error)) throw error;
      return error instanceof Error ? error.message : String(error);
    }
  }

  async #applyOrHalve(step: Step, signal: AbortSignal): Promise<void> {
    const failure = await this.#tryCommit(step, signal);
    if (!failure || signal.aborted) return;
    const { events, to, last } = step;
    const [first] = events;
    if (!first) throw failure;
    if (events.length === 1) {
      const poison = { event: first, error: failure.message };
      // What an operator has parked in one build is parked in each: otherwise there would be no rebuild and no verification any more.
      const parks =
        this.definition.onFailure === 'PARK' || (await this.tools.parked.isParked(this.record.name, first.id));
      if (parks) await this.#park(poison, { events: [], to, last });
      else this.#poison = poison;
      return;
    }
    const left = events.slice(0, Math.ceil(events.length / 2));
    const lastOfLeft = left.at(-1);
    if (!lastOfLeft) throw failure;
    await this.#applyOrHalve({ events: left, to: lastOfLeft.position, last: lastOfLeft }, signal);
    if (!this.#poison) await this.#applyOrHalve({ events: events.slice(left.length), to, last }, signal);
  }

  /** Null once it is committed; the error where trying again does not help. A database that is away is waited for. */
  async #tryCommit(step: Step, signal: AbortSignal): Promise<Error | null> {
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        await this.#commit(step);
        this.#lastError = null;
        return null;
      } catch (error) {
        if (error instanceof CheckpointLost || isNotThere(error)) throw error;
        const failure = error instanceof Error ? error : new Error(String(error));
        this.#lastError = failure.message;
        if (failures >= TRIES && !isPassing(failure)) return failure;
        await delay(Math.min(LONGEST_WAIT_MS, 10 * 2 ** failures), undefined, { signal }).catch(() => undefined);
      }
    }
    return null;
  }

  async #park({ event, error }: Poison, step: Step): Promise<void> {
    await this.#commit(step, [{ event, error, behind: false }]);
  }

  async #commit({ events, to, last }: Step, poison: readonly ToPark[] = []): Promise<void> {
    const changes = new RowChanges(this.definition.tables);
    const park = [...poison];
    for (const event of events) {
      if (this.#mustWait(event)) park.push({ event, error: 'it must not overtake one that is parked', behind: true });
      else this.definition.handle(event, changes.rows);
    }
    const handled = events.length - (park.length - poison.length);
    const { registry, parked, store } = this.tools;
    const step = {
      from: this.#position,
      to,
      handled,
      lastEvent: last ? { position: last.position, id: last.id } : null,
    };
    if (handled === 0 && park.length === 0) await registry.advance(store.db, this.schema, step);
    else
      await this.#write(changes, async (tx) => {
        await parked.add(tx, this.schema, park);
        await registry.advance(tx, this.schema, step);
      });
    this.#position = to;
    this.#rate.add(handled);
    this.#parked += park.length;
    for (const { event } of park) for (const order of orderOf(event)) this.orders.add(order);
  }

  /** Rows, and what goes with them, in one transaction. */
  async #write(changes: RowChanges, others: (tx: ReadStoreTransaction) => Promise<void>): Promise<void> {
    let written: Written = [];
    try {
      await this.tools.store.db.transaction().execute(async (tx: ReadStoreTransaction) => {
        written = await writeRows(tx, this.schema, changes, this.#rows);
        await others(tx);
      });
    } catch (error) {
      this.#rows.clear();
      throw error;
    }
    this.#rows.committed(written);
  }

  /** Whether one before it, of the same stream or about the same message, is parked. What waits holds up others in its turn. */
  #mustWait(event: Recorded): boolean {
    if (this.orders.size === 0) return false;
    if (!orderOf(event).some((order) => this.orders.has(order))) return false;
    for (const order of orderOf(event)) this.orders.add(order);
    return true;
  }
}
