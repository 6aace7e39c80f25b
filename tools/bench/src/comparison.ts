import { median, spread } from './median.js';

/** Two things measured in the same run, and how many times the one the other is. */
export interface Comparison {
  /** `<bench>.<what>` */
  readonly name: string;
  /** Of both figures. */
  readonly unit: string;
  readonly ours: number;
  /** What it is compared with, in words, and its figure. */
  readonly with: string;
  readonly theirs: number;
  readonly ratio: number;
  /** The ratios of the single rounds: lowest – highest, or empty where there was only one. */
  readonly spread: string;
}

/** Compares round by round, since both figures of a round met the same machine. The ratio is the rounds' median. */
export function compare(
  what: Pick<Comparison, 'name' | 'unit' | 'with'>,
  ours: readonly number[],
  theirs: readonly number[],
): Comparison {
  const ratios = ours.map((figure, round) => figure / (theirs[round] ?? theirs.at(-1) ?? NaN));
  return {
    ...what,
    ...{ ours: median(ours), theirs: median(theirs), ratio: median(ratios) },
    spread: ratios.length > 1 ? spread(ratios) : '',
  };
}
