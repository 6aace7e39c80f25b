/** The part of a streaming call of grpc-js that sends messages. */
export interface SendingCall {
  end(): void;
  emit(event: 'error', error: Error): boolean;
  once(event: 'cancelled' | 'close', listener: () => void): unknown;
}

/** What grpc-js (1.14) keeps for itself: the HTTP/2 stream below a call. */
interface Inside {
  call: {
    maybeSendMetadata(): void;
    stream: { readonly writable: boolean; write(bytes: Buffer, then: () => void): boolean };
  };
}

/** So many bytes gather for a receiver that does not read before whoever writes has to stop. */
const MOST_GATHERED = 128 * 1024;
/** Before each message: whether it is compressed, which it is not, and its length. */
const PREFIX = 5;

/**
 * A call's way out. What is written in one turn of the event loop, or while the last write is under way, leaves in one: grpc-js itself
 * would send each message alone and wait for it, which took the main thread 26 µs an append instead of 18 (64 in flight, two
 * subscriptions). A receiver that does not read makes `blocked` true until it does: whoever writes then stops, so
 * that what waits for a slow reader stays with the store.
 */
export class Outgoing {
  readonly #call: SendingCall;
  #gathered: Buffer[] = [];
  #gatheredBytes = 0;
  #scheduled = false;
  #sending = false;
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
    if (this.#closed) return;
    this.#gathered.push(message);
    this.#gatheredBytes += message.length;
    if (this.#gatheredBytes >= MOST_GATHERED) this.#blocked = true;
    if (this.#sending || this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#send();
    });
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
    this.#send();
    this.#close();
    this.#call.end();
  }

  fail(error: Error): void {
    if (this.#closed) return;
    this.#send();
    this.#close();
    this.#call.emit('error', error);
  }

  #send(): void {
    if (this.#closed || this.#gathered.length === 0) return;
    const { call } = this.#call as unknown as Inside;
    const bytes = framed(this.#gathered, this.#gatheredBytes);
    this.#gathered = [];
    this.#gatheredBytes = 0;
    if (!call.stream.writable) return;
    call.maybeSendMetadata();
    this.#sending = true;
    call.stream.write(bytes, () => this.#sent());
  }

  #sent(): void {
    this.#sending = false;
    this.#send();
    // In a turn of its own: a fast receiver's drains come one out of the other, and would leave no turn to anybody else.
    if (this.#blocked) setImmediate(() => this.#drained());
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

const framed = (messages: readonly Buffer[], size: number): Buffer => {
  const bytes = Buffer.allocUnsafe(size + messages.length * PREFIX);
  let at = 0;
  for (const message of messages) {
    bytes[at] = 0;
    bytes.writeUInt32BE(message.length, at + 1);
    message.copy(bytes, at + PREFIX);
    at += PREFIX + message.length;
  }
  return bytes;
};
