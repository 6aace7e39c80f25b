/**
 * The latest of several generations that follow each other without a gap: 0 exists, and each later one was begun when the one before
 * was over. Asks about as often as the number of generations has binary digits, twice.
 */
export async function latestGeneration(exists: (generation: number) => Promise<boolean>): Promise<number> {
  let known = 0;
  let missing = 1;
  while (await exists(missing)) {
    known = missing;
    missing *= 2;
  }
  while (missing - known > 1) {
    const middle = Math.floor((known + missing) / 2);
    if (await exists(middle)) known = middle;
    else missing = middle;
  }
  return known;
}
