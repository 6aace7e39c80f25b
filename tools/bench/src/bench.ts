import type { Given, Options } from './options.js';
import type { Comparison } from './comparison.js';
import type { Seeds } from './seed/seeds.js';
import type { Memo } from './memo.js';

/** One benchmark. It starts what it measures, and stops it. */
export interface Bench {
  /** Its ratios' names begin with it. */
  name: string;
  /** One line for `npm run bench -- --list`. */
  summary: string;
  options: Options;
  /** What its ratios should be, by their names: shown beside them, and never asserted. */
  goals?: Readonly<Record<string, Goal>>;
  run(given: Given, shared: Shared): Promise<Result>;
}

export interface Goal {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** What the benchmarks of one run have in common. */
export interface Shared {
  /** Folders with a ledger in them. */
  readonly seeds: Seeds;
  /** What one benchmark has measured and another compares itself with. */
  readonly memo: Memo;
}

export interface Result {
  /** What matters: figures of one run divided by each other, so that they mean the same on every machine. */
  comparisons?: readonly Comparison[];
  /** Ratios of which no more is told. */
  ratios?: Readonly<Record<string, number>>;
  /** What was measured, units in the names. */
  figures: Readonly<Record<string, number | string>>;
}
