/** What has been measured in this run: measured once, whoever asks for it. */
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

/** Posts a second: as many as there can be, as many as are kept up with, and as many as without storing. */
export type MemoKey = 'burst' | 'sustained' | 'ceiling';
