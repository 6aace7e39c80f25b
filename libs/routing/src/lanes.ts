/**
 * Runs tasks of one key one after the other and tasks of different keys at the same time: a bounded number of them at once, and a
 * bounded number that run or wait.
 */
export class Lanes {
  readonly #lanes = new Map<string, Promise<void>>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #size = 0;
  #left: () => void = () => undefined;

  /**
   * @param most how many tasks may run or wait
   * @param parallel how many of them may run
   */
  constructor(
    private readonly most: number,
    private readonly parallel: number,
  ) {}

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
    const lane = (before ? before.then(() => this.#inTurn(task)) : this.#inTurn(task)).finally(() => {
      this.#size -= 1;
      if (this.#lanes.get(key) === lane) this.#lanes.delete(key);
      this.#left();
    });
    this.#lanes.set(key, lane);
  }

  async #inTurn(task: () => Promise<void>): Promise<void> {
    if (this.#running >= this.parallel) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      await task();
    } finally {
      // The turn is handed on, so that nobody overtakes those who wait.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}
