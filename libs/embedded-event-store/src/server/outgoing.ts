/** The part of a gRPC call that sends messages; unary and streaming calls of grpc-js both fit. */
export interface SendingCall {
  write(message: Buffer): boolean;
  end(): void;
  emit(event: 'error', error: Error): boolean;
  once(event: 'drain' | 'cancelled' | 'close', listener: () => void): unknown;
}

/**
 * A call's way out. A receiver that does not read makes `blocked` true until it does: whoever writes then stops, so
 * that what waits for a slow reader stays with the store.
 */
export class Outgoing {
  readonly #call: SendingCall;
  #blocked = false;
  #closed = false;
  readonly #onDrain: (() => void)[] = [];
  readonly #onClose: (() => void)[] = [];

  constructor(call: SendingCall) {
    this.#call = call;
    const closed = (): void => this.#close();
    call.once('cancelled', closed);
    call.once('close', closed);
  }

  get blocked(): boolean {
    return this.#blocked;
  }

  get closed(): boolean {
    return this.#closed;
  }

  write(message: Buffer): void {
    if (this.#closed || this.#call.write(message) || this.#blocked) return;
    this.#blocked = true;
    // In a turn of its own: a fast receiver's drains come one out of the other, and would leave no turn to anybody else.
    this.#call.once('drain', () => setImmediate(() => this.#drained()));
  }

  /** Calls back once the receiver has caught up with what was written, or when the call is over. */
  whenWritable(then: () => void): void {
    if (!this.#blocked) return then();
    this.#onDrain.push(then);
  }

  /** Resolves when there is room again, or when the call is over. */
  writable(): Promise<void> {
    return new Promise((resolve) => {
      if (!this.#blocked || this.#closed) return resolve();
      this.#onDrain.push(resolve);
    });
  }

  /** Calls `then` when the call is over, however it ends. */
  onClose(then: () => void): void {
    if (this.#closed) return then();
    this.#onClose.push(then);
  }

  end(): void {
    if (this.#closed) return;
    this.#close();
    this.#call.end();
  }

  fail(error: Error): void {
    if (this.#closed) return;
    this.#close();
    this.#call.emit('error', error);
  }

  #drained(): void {
    this.#blocked = false;
    for (const then of this.#onDrain.splice(0)) then();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#drained();
    for (const then of this.#onClose.splice(0)) then();
  }
}
