import { sql, type ReadStore } from '@mo-ledger/read-store';
import type { Projection } from './define-projection.js';
import { ReadModelNotReady } from './read-models.js';
import { Signal } from './signal.js';

interface Snapshot {
  /** Of the builds that serve; null where a projection has builds, but none that serves. */
  readonly positions: ReadonlyMap<string, bigint | null>;
  /** The lowest position of a message whose consequences are not in yet. */
  readonly pending: bigint | null;
}

interface Waiter {
  readonly position: bigint;
  readonly projections: readonly Projection[];
  /** Where the routed messages' consequences end at the latest; null until everything is routed. */
  routedAt: bigint | null;
  /** Told true, or the projection that cannot be read. */
  readonly done: (outcome: true | Projection) => void;
}

const POLL_MS = 15;
const POLL_BESIDE_SIGNAL_MS = 250;

/**
 * `Ledger-After: P` (API.md): waits until what is read shows everything up to P and what became of it. However many requests wait, one
 * query looks for all of them, after each batch of a projector in this process, else every few milliseconds while anybody waits.
 */
export class LedgerAfter {
  readonly #waiting = new Set<Waiter>();
  readonly #joined = new Signal();
  #looking = false;
  #schema: string | null = null;

  /**
   * @param main the projection that knows of each message whether it is routed (`pending`)
   * @param advanced told by a projector in the same process
   */
  constructor(
    private readonly store: ReadStore,
    private readonly main: Projection,
    private readonly advanced: Signal | null,
  ) {}

  /**
   * Whether it was satisfied in time.
   *
   * @param projections what the answer is read from
   * @throws ReadModelNotReady at once where one of them, or `main`, is still being built: that may take hours
   */
  async wait(position: bigint, projections: readonly Projection[], timeoutMs: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean | Projection>();
    const waiter: Waiter = { position, projections, routedAt: null, done: resolve };
    this.#waiting.add(waiter);
    const timer = setTimeout(() => resolve(false), timeoutMs);
    if (this.#looking) this.#joined.notify();
    else void this.#look();
    const outcome = await promise;
    clearTimeout(timer);
    this.#waiting.delete(waiter);
    if (typeof outcome === 'boolean') return outcome;
    throw await ReadModelNotReady.of(this.store, outcome);
  }

  async #look(): Promise<void> {
    this.#looking = true;
    while (this.#waiting.size > 0) {
      const pause = this.advanced ? POLL_BESIDE_SIGNAL_MS : POLL_MS;
      // Asked for before looking, so that nothing that happens meanwhile is missed.
      const next = Promise.race([this.#joined.wait(pause), ...(this.advanced ? [this.advanced.wait(pause)] : [])]);
      // A database that is away is nothing new to a waiter: it waits on, and in the end is told that it took too long.
      const snapshot = await this.#snapshot().catch(() => null);
      if (snapshot) for (const waiter of this.#waiting) this.#check(waiter, snapshot);
      if (this.#waiting.size > 0) await next;
    }
    this.#looking = false;
  }

  #check(waiter: Waiter, { positions, pending }: Snapshot): void {
    const { projections, position } = waiter;
    const unready = [this.main, ...projections].find(({ name }) => positions.get(name) === null);
    const main = positions.get(this.main.name) ?? -1n;
    if (waiter.routedAt === null && main >= position && (pending === null || pending > position))
      waiter.routedAt = main;
    const { routedAt } = waiter;
    const isVisible = routedAt !== null && projections.every(({ name }) => (positions.get(name) ?? -1n) >= routedAt);
    if (!unready && !isVisible) return;
    this.#waiting.delete(waiter);
    waiter.done(unready ?? true);
  }

  /** Positions and what is pending in one statement, so that they belong together. */
  async #snapshot(): Promise<Snapshot> {
    const { pending } = this.main;
    const lowest =
      this.#schema && pending
        ? sql`(select min(${sql.id(pending.column)}) from ${sql.id(this.#schema, pending.table)} where ${sql.id(pending.column)} is not null)`
        : sql`null`;
    type Row = { name: string; schema_name: string; serving: boolean; position: string; pending: string | null };
    const { rows } = await sql<Row>`
      select name, schema_name, serving, position, ${lowest} as pending
      from projections.builds where serving or takes_over order by serving`
      .execute(this.store.db)
      .catch((error: unknown) => {
        this.#schema = null;
        throw error;
      });
    const main = rows.find(({ name, serving }) => serving && name === this.main.name);
    if (main && main.schema_name !== this.#schema) {
      this.#schema = main.schema_name;
      return this.#snapshot();
    }
    return {
      // Those that serve come last.
      positions: new Map(rows.map(({ name, serving, position }) => [name, serving ? BigInt(position) : null])),
      pending: main && main.pending !== null ? BigInt(main.pending) : null,
    };
  }
}
