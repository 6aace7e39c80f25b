import type { EventLog } from '@mo-ledger/event-sourcing';
import type { ReadStore } from '@mo-ledger/read-store';
import type { Build } from './build.js';
import { compareRange, type RangeComparison } from './compare-tables.js';
import type { Table } from './define-table.js';
import { lastEventOf } from './log-reads.js';
import type { Session } from './session.js';
import { LOOK_AGAIN_MS, type Signal } from './signal.js';
import type { Comparison, RowDifference, TableComparison } from './verifications.js';

const ROWS_AT_ONCE = 2_000;
const MOST_SHOWN = 200;

/**
 * Compares all rows of a build that serves with those of one that was made for the purpose. Between two batches of their feed they are at
 * one position; there one range of keys after the other is compared, so that nobody waits for longer than one takes.
 */
export class Comparing {
  constructor(
    private readonly surroundings: {
      readonly store: ReadStore;
      readonly log: EventLog;
      /** What feeds both. */
      readonly session: Pick<Session, 'betweenBatches'>;
      /** Notified after each batch. */
      readonly advanced: Signal;
      readonly signal: AbortSignal;
    },
    private readonly serving: Build,
    private readonly scratch: Build,
  ) {}

  /**
   * @param onProgress told how many percent of the tables are compared
   * @throws Error where either stands still at an event, or it is aborted
   */
  async run(onProgress: (percent: number) => Promise<void>): Promise<Comparison> {
    const { serving } = this;
    const tables: TableComparison[] = [];
    const differences: RowDifference[] = [];
    const all = Object.entries(serving.definition.tables);
    for (const [index, [name, table]] of all.entries()) {
      const figures = { table: name, rows: 0, missing: 0, extra: 0, different: 0 };
      for await (const range of this.#ranges(name, table)) {
        for (const count of ['rows', 'missing', 'extra', 'different'] as const) figures[count] += range[count];
        for (const difference of range.differences)
          if (differences.length < MOST_SHOWN) differences.push({ table: name, ...difference });
      }
      tables.push(figures);
      await onProgress(Math.floor(((index + 1) / all.length) * 100));
    }
    const equal = tables.every((table) => table.missing + table.extra + table.different === 0);
    return { equal, tables, differences, position: String(serving.position) };
  }

  async *#ranges(name: string, table: Table): AsyncIterable<RangeComparison> {
    const { serving, scratch } = this;
    const { session, store, advanced } = this.surroundings;
    const schemas = { serving: serving.schema, scratch: scratch.schema, name };
    let after: RangeComparison['next'] = null;
    for (;;) {
      const begin: RangeComparison['next'] = after;
      this.#throwIfOver();
      const range: RangeComparison | null = await session.betweenBatches([serving, scratch], async () =>
        (await this.#together()) ? compareRange(store, table, schemas, begin, ROWS_AT_ONCE) : null,
      );
      if (!range) {
        await advanced.wait(LOOK_AGAIN_MS);
        continue;
      }
      yield range;
      if (!range.next) return;
      after = range.next;
    }
  }

  #throwIfOver(): void {
    const { serving, scratch } = this;
    this.surroundings.signal.throwIfAborted();
    for (const build of [serving, scratch])
      if (build.poison) throw new Error(`${build.schema} stands still at an event that it cannot handle`);
  }

  /** Whether both show the same part of the log. */
  async #together(): Promise<boolean> {
    const { serving, scratch } = this;
    this.#throwIfOver();
    if (serving.position === scratch.position) return true;
    // One of them may have been told of a later position at which there is nothing: both are at the end all the same.
    const end = (await lastEventOf(this.surroundings.log))?.position ?? -1n;
    return serving.position >= end && scratch.position >= end;
  }
}
