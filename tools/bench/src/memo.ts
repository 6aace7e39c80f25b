/** Figures of this run: each is measured once, by the first benchmark that needs it. */
export class Memo {
  readonly #values = new Map<string, unknown>();

  set(key: MemoKey, value: number): void {
    this.#values.set(key, value);
  }

  async get(key: MemoKey, measure: () => Promise<number>): Promise<number> {
    const known = this.#values.get(key);
    if (typeof known === 'number') return known;
    const value = await measure();
    this.#values.set(key, value);
    return value;
  }
}

/** Posts a second: in a burst, at the rate that is kept up with, and into a receiver that stores nothing. */
export type MemoKey = 'burst' | 'sustained' | 'ceiling';
