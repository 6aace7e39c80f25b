interface Pending {
  readonly position: bigint;
  readonly since: Date;
  done: boolean;
}

/**
 * Knows up to where everything has been handled while messages are handled in parallel: never past one that is not.
 */
export class Watermark {
  #pending: Pending[] = [];
  #first = 0;
  #delivered: bigint;
  #safe: bigint;

  constructor(position: bigint) {
    this.#delivered = position;
    this.#safe = position;
  }

  /** Everything up to here has been handled. */
  get safe(): bigint {
    return this.#safe;
  }

  /** How many messages are being handled or wait behind one that is. */
  get size(): number {
    return this.#pending.length - this.#first;
  }

  /** When the oldest message that is not handled was recorded; null where all are. */
  get oldest(): Date | null {
    return this.#pending[this.#first]?.since ?? null;
  }

  /** Begins a message, in the order of the log; call the result when it is handled. */
  begin(position: bigint, recordedAt: Date): () => void {
    const pending: Pending = { position, since: recordedAt, done: false };
    this.#pending.push(pending);
    this.#delivered = position;
    return () => {
      pending.done = true;
      this.#advance();
    };
  }

  /** Everything up to here has been begun, or is nothing to handle. */
  delivered(position: bigint): void {
    if (position > this.#delivered) this.#delivered = position;
    this.#advance();
  }

  #advance(): void {
    for (let next = this.#pending[this.#first]; next?.done; next = this.#pending[++this.#first])
      this.#safe = next.position;
    if (this.#first === this.#pending.length) {
      this.#pending = [];
      this.#first = 0;
      this.#safe = this.#delivered;
    } else if (this.#first > 4096) {
      this.#pending = this.#pending.slice(this.#first);
      this.#first = 0;
    }
  }
}
