/** One benchmark. It starts what it measures, and stops it. */
export interface Bench {
  name: string;
  /** One line for the list that `npm run bench` prints. */
  summary: string;
  /** `args`: what followed the name on the command line. */
  run(args: readonly string[]): Promise<Result>;
}

export interface Result {
  /** What matters: figures of one run divided by each other, so that they mean the same on every machine. */
  ratios: Readonly<Record<string, number>>;
  /** What was measured, units in the names. */
  figures: Readonly<Record<string, number | string>>;
}
