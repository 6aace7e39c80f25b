import { setTimeout as delay } from 'node:timers/promises';
import type { Recorded } from '@mo-ledger/event-sourcing';
import { QueryFailed, type ReadStore } from '@mo-ledger/read-store';
import type { Projection } from './define-projection.js';
import { CheckpointLost, type BuildRecord, type Registry } from './registry.js';
import { RowChanges } from './row-changes.js';
import { writeRows } from './write-rows.js';

/** An event that a projection cannot handle, however often it is tried. */
export interface Poison {
  readonly eventId: string;
  readonly type: string;
  readonly position: bigint;
  readonly error: string;
}

const TRIES = 3;
const LONGEST_WAIT_MS = 2_000;

/** One build of a projection at work: brings batches of the log into its tables. */
export class Build {
  #position: bigint;
  #handled: bigint;
  #serving: boolean;
  #replaced = false;
  #poison: Poison | null = null;
  #lastError: string | null = null;

  constructor(
    readonly projection: Projection,
    private readonly record: BuildRecord,
    private readonly store: ReadStore,
    private readonly registry: Registry,
  ) {
    this.#position = record.position;
    this.#handled = record.handled;
    this.#serving = record.serving;
  }

  get schema(): string {
    return this.record.schema;
  }
  get position(): bigint {
    return this.#position;
  }
  get handled(): bigint {
    return this.#handled;
  }
  get serving(): boolean {
    return this.#serving;
  }
  /** Another build serves in its place: it is not fed any more. */
  get replaced(): boolean {
    return this.#replaced;
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
   * then the batch is halved down to the one event: there the projection stops, and everything before it is in.
   *
   * @throws CheckpointLost
   */
  async apply(events: readonly Recorded[], position: bigint, signal: AbortSignal): Promise<void> {
    if (this.#poison || position <= this.#position) return;
    const passed = events.filter((event) => event.position > this.#position);
    const wanted = passed.filter((event) => this.projection.types.has(event.type));
    await this.#applyOrHalve(wanted, position, passed.at(-1), signal);
  }

  /** Lets it serve once it is as far as the build that does. Tells whether it has begun to serve now. */
  async promote(all: readonly Build[]): Promise<boolean> {
    const older = all.find((build) => build.projection === this.projection && build.#serving);
    // One that was replaced never takes over again by itself.
    if (this.#serving || this.#replaced || (older && older.position > this.#position)) return false;
    this.#serving = await this.registry.promote(this.schema);
    if (this.#serving && older) {
      older.#serving = false;
      older.#replaced = true;
    }
    return this.#serving;
  }

  async #applyOrHalve(
    wanted: readonly Recorded[],
    position: bigint,
    lastPassed: Recorded | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const failure = await this.#tryCommit(wanted, position, lastPassed, signal);
    if (!failure || signal.aborted) return;
    const [first] = wanted;
    if (!first) throw failure;
    if (wanted.length === 1) {
      this.#poison = { eventId: first.id, type: first.type, position: first.position, error: failure.message };
      return;
    }
    const middle = Math.ceil(wanted.length / 2);
    const left = wanted.slice(0, middle);
    const lastOfLeft = left.at(-1);
    if (!lastOfLeft) throw failure;
    await this.#applyOrHalve(left, lastOfLeft.position, lastOfLeft, signal);
    if (!this.#poison) await this.#applyOrHalve(wanted.slice(middle), position, lastPassed, signal);
  }

  /** Null once it is committed; the error where trying again does not help. A database that is away is waited for. */
  async #tryCommit(
    wanted: readonly Recorded[],
    position: bigint,
    lastPassed: Recorded | undefined,
    signal: AbortSignal,
  ): Promise<Error | null> {
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        await this.#commit(wanted, position, lastPassed);
        this.#lastError = null;
        return null;
      } catch (error) {
        if (error instanceof CheckpointLost) throw error;
        const failure = error instanceof Error ? error : new Error(String(error));
        this.#lastError = failure.message;
        if (failures >= TRIES && !isPassing(failure)) return failure;
        await delay(Math.min(LONGEST_WAIT_MS, 10 * 2 ** failures), undefined, { signal }).catch(() => undefined);
      }
    }
    return null;
  }

  async #commit(wanted: readonly Recorded[], position: bigint, lastPassed: Recorded | undefined): Promise<void> {
    const changes = new RowChanges(this.projection.tables);
    for (const event of wanted) this.projection.handle(event, changes.rows);
    const step = {
      ...{ from: this.#position, to: position, handled: wanted.length },
      lastEvent: lastPassed ? { position: lastPassed.position, id: lastPassed.id } : null,
    };
    if (wanted.length === 0) await this.registry.advance(this.store.db, this.schema, step);
    else
      await this.store.db.transaction().execute(async (tx) => {
        await writeRows(tx, this.schema, changes);
        await this.registry.advance(tx, this.schema, step);
      });
    this.#position = position;
    this.#handled += BigInt(wanted.length);
  }
}

/** Connection lost, server going down or busy, deadlock: it passes. Everything else is the event's or the handler's fault. */
const isPassing = (error: Error): boolean =>
  error instanceof QueryFailed && (error.sqlState === null || /^(08|40|53|55|57|58|E[A-Z])/.test(error.sqlState));
