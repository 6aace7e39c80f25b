import type { Given, Options } from './options.js';
import type { Comparison } from './comparison.js';
import type { Seeds } from './seed/seeds.js';
import type { Memo } from './memo.js';

/** A benchmark starts what it measures, and stops it. */
export interface Bench {
  /** The names of its ratios begin with this. */
  name: string;
  /** One line for `npm run bench -- --list`. */
  summary: string;
  options: Options;
  /** Goals by the names of the ratios: shown beside them, never asserted. */
  goals?: Readonly<Record<string, Goal>>;
  run(given: Given, shared: Shared): Promise<Result>;
}

export interface Goal {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** What the benchmarks of one run share. */
export interface Shared {
  /** Data folders of ledgers that are filled with messages. */
  readonly seeds: Seeds;
  /** Figures that one benchmark measures and another compares itself with. */
  readonly memo: Memo;
}

export interface Result {
  /** Figures of one run, divided by each other: a ratio means the same on every machine. */
  comparisons?: readonly Comparison[];
  /** Ratios without the figures that they are made of. */
  ratios?: Readonly<Record<string, number>>;
  /** Figures by name; the name has the unit. */
  figures: Readonly<Record<string, number | string>>;
}
