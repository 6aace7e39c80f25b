import { sql, type ReadStore } from '@mo-ledger/read-store';
import type { Projection } from './define-projection.js';
import { Signal } from './signal.js';

interface Snapshot {
  readonly positions: ReadonlyMap<string, bigint>;
  /** The lowest position of a message whose consequences are not in yet. */
  readonly pending: bigint | null;
}

interface Waiter {
  readonly position: bigint;
  readonly projections: readonly string[];
  /** Where the routed messages' consequences end at the latest; null until everything is routed. */
  routedAt: bigint | null;
  readonly satisfied: () => void;
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
  ) {
    if (!main.pending) throw new Error(`the projection ${main.name} does not say what is pending`);
  }

  /** Whether it was satisfied in time. `projections` are the names of those that the answer is read from. */
  async wait(position: bigint, projections: readonly string[], timeoutMs: number): Promise<boolean> {
    let satisfied: () => void = () => undefined;
    const done = new Promise<true>((resolve) => (satisfied = () => resolve(true)));
    const waiter: Waiter = { position, projections, routedAt: null, satisfied };
    this.#waiting.add(waiter);
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), timeoutMs)));
    if (this.#looking) this.#joined.notify();
    else void this.#look();
    try {
      return await Promise.race([done, timeout]);
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(waiter);
    }
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
    const main = positions.get(this.main.name) ?? -1n;
    if (waiter.routedAt === null && main >= waiter.position && (pending === null || pending > waiter.position))
      waiter.routedAt = main;
    const { routedAt } = waiter;
    if (routedAt === null || !waiter.projections.every((name) => (positions.get(name) ?? -1n) >= routedAt)) return;
    this.#waiting.delete(waiter);
    waiter.satisfied();
  }

  /** Positions and what is pending in one statement, so that they belong together. */
  async #snapshot(): Promise<Snapshot | null> {
    const { pending } = this.main;
    if (!pending) return null;
    const lowest = this.#schema
      ? sql`(select min(${sql.id(pending.column)}) from ${sql.id(this.#schema, pending.table)} where ${sql.id(pending.column)} is not null)`
      : sql`null`;
    const { rows } = await sql<{ name: string; schema_name: string; position: string; pending: string | null }>`
      select name, schema_name, position, ${lowest} as pending from projections.builds where serving`
      .execute(this.store.db)
      .catch((error: unknown) => {
        this.#schema = null;
        throw error;
      });
    const main = rows.find(({ name }) => name === this.main.name);
    if (!main) return null;
    if (main.schema_name !== this.#schema) {
      this.#schema = main.schema_name;
      return this.#snapshot();
    }
    return {
      positions: new Map(rows.map(({ name, position }) => [name, BigInt(position)])),
      pending: main.pending === null ? null : BigInt(main.pending),
    };
  }
}
