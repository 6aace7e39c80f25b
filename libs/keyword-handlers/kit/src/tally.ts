/** A tally with one more under a key, whatever the key is: `constructor` is a word like any other. */
export const oneMore = (tally: Readonly<Record<string, number>>, key: string): Readonly<Record<string, number>> => ({
  ...tally,
  [key]: countOf(tally, key) + 1,
});

/** How often a key was counted: 0 where it never was. */
export const countOf = (tally: Readonly<Record<string, number>>, key: string): number =>
  Object.hasOwn(tally, key) ? (tally[key] ?? 0) : 0;
