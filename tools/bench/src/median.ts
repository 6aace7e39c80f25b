/** The middle of an odd number of figures, or the upper of the two in the middle. */
export const median = (figures: readonly number[]): number =>
  figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? 0;

/** The lowest and the highest figure. */
export const spread = (figures: readonly number[]): string =>
  `${Math.min(...figures).toPrecision(3)} – ${Math.max(...figures).toPrecision(3)}`;
