interface Taken {
  sequence: number;
  ordinal: number;
  done: boolean;
}

/**
 * How far a group is without a gap: events are finished in any order, the checkpoint stays before the lowest that is
 * not. A sequence is a revision or a position.
 */
export class Progress {
  #queue: Taken[] = [];
  #head = 0;
  readonly #bySequence = new Map<number, Taken>();
  #considered = 0;
  #cursor: number;
  #done: { sequence: number; ordinal: number };
  #storedOrdinal = 0;

  constructor(after: number) {
    this.#cursor = after;
    this.#done = { sequence: after, ordinal: 0 };
  }

  /** The last event that was taken from the log, wanted or not. */
  get cursor(): number {
    return this.#cursor;
  }

  /** Everything up to here is finished. */
  get finished(): number {
    return this.#done.sequence;
  }

  /** How many events were finished since the last checkpoint. */
  get sinceCheckpoint(): number {
    return this.#done.ordinal - this.#storedOrdinal;
  }

  /** The next event of the log was looked at; `wanted`: it has to be finished before the checkpoint can pass it. */
  consider(sequence: number, wanted: boolean): void {
    this.#cursor = sequence;
    this.#considered++;
    if (wanted) {
      const taken = { sequence, ordinal: this.#considered, done: false };
      this.#queue.push(taken);
      this.#bySequence.set(sequence, taken);
    }
    this.#advance();
  }

  finish(sequence: number): void {
    const taken = this.#bySequence.get(sequence);
    if (!taken) return;
    taken.done = true;
    this.#bySequence.delete(sequence);
    this.#advance();
  }

  checkpointStored(): void {
    this.#storedOrdinal = this.#done.ordinal;
  }

  #advance(): void {
    let next = this.#queue[this.#head];
    while (next?.done) {
      this.#done = next;
      next = this.#queue[++this.#head];
    }
    if (!next) {
      this.#queue = [];
      this.#head = 0;
      this.#done = { sequence: this.#cursor, ordinal: this.#considered };
    } else if (this.#head > 1024) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
  }
}
