const WINDOW_MS = 5_000;

/** Events a second over the last five seconds. */
export class Rate {
  #counts: { at: number; count: number }[] = [];

  add(count: number): void {
    if (count > 0) this.#counts.push({ at: performance.now(), count });
  }

  get perSecond(): number {
    const now = performance.now();
    this.#counts = this.#counts.filter(({ at }) => now - at < WINDOW_MS);
    const [first] = this.#counts;
    if (!first) return 0;
    const sum = this.#counts.reduce((total, { count }) => total + count, 0);
    return Math.round(sum / Math.max(1, (now - first.at) / 1_000));
  }
}
