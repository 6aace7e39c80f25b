import { median, spread } from './median.js';

/** Two figures of the same run, and their ratio. */
export interface Comparison {
  /** `<bench>.<what>` */
  readonly name: string;
  /** The unit of both figures. */
  readonly unit: string;
  readonly ours: number;
  /** The other side in words, and its figure. */
  readonly with: string;
  readonly theirs: number;
  readonly ratio: number;
  /** The lowest and the highest ratio of the rounds; empty after a single round. */
  readonly spread: string;
}

/** Compares round by round, since both figures of a round met the same load on the machine. The ratio is the median of the rounds. */
export function compare(
  what: Pick<Comparison, 'name' | 'unit' | 'with'>,
  ours: readonly number[],
  theirs: readonly number[],
): Comparison {
  const ratios = ours.map((figure, round) => figure / (theirs[round] ?? theirs.at(-1) ?? NaN));
  return {
    ...what,
    ours: median(ours),
    theirs: median(theirs),
    ratio: median(ratios),
    spread: ratios.length > 1 ? spread(ratios) : '',
  };
}
