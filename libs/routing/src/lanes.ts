/** Runs tasks of one key one after the other and tasks of different keys at the same time, a bounded number of them in all. */
export class Lanes {
  readonly #lanes = new Map<string, Promise<void>>();
  #size = 0;
  #left: () => void = () => undefined;

  /** @param most how many tasks may run or wait */
  constructor(private readonly most: number) {}

  get size(): number {
    return this.#size;
  }

  /** Resolves when there is room for another task. One caller waits at a time. */
  async room(): Promise<void> {
    while (this.#size >= this.most) await new Promise<void>((resolve) => (this.#left = resolve));
  }

  /** Resolves when no task runs or waits. One caller waits at a time. */
  async idle(): Promise<void> {
    while (this.#size > 0) await new Promise<void>((resolve) => (this.#left = resolve));
  }

  /** `task` never rejects. */
  run(key: string, task: () => Promise<void>): void {
    this.#size += 1;
    const before = this.#lanes.get(key);
    const lane = (before ? before.then(task) : task()).finally(() => {
      this.#size -= 1;
      if (this.#lanes.get(key) === lane) this.#lanes.delete(key);
      this.#left();
    });
    this.#lanes.set(key, lane);
  }
}
