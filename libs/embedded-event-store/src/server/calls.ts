import type { Metadata, UntypedHandleCall, sendUnaryData } from '@grpc/grpc-js';
import { asRpcError, cancelled, unavailable } from './errors.js';
import { Outgoing } from './outgoing.js';
import type { SendingCall } from './outgoing.js';

interface Call {
  metadata: Metadata;
}

/**
 * Who may call, and which calls are open: a server that shuts down refuses new ones with UNAVAILABLE and ends open
 * streams with CANCELLED.
 */
export class Calls {
  readonly #authenticate: (metadata: Metadata) => string;
  readonly #open = new Set<Outgoing>();
  #closing = false;

  constructor(authenticate: (metadata: Metadata) => string) {
    this.#authenticate = authenticate;
  }

  #admit(call: Call): string {
    if (this.#closing) throw unavailable('The server is shutting down.');
    return this.#authenticate(call.metadata);
  }

  /** A call with one answer. */
  unary<Q, A>(handle: (request: Q) => A | Promise<A>): UntypedHandleCall {
    const answer = async (call: Call & { request: Q }, callback: sendUnaryData<A>): Promise<void> => {
      try {
        this.#admit(call);
        callback(null, await handle(call.request));
      } catch (error) {
        callback(asRpcError(error));
      }
    };
    return answer as unknown as UntypedHandleCall;
  }

  /** A call whose requests are a stream and that has one answer; what is unanswered when the server closes is UNAVAILABLE. */
  clientStream<C extends Call>(handle: (call: C, callback: sendUnaryData<Buffer>) => void): UntypedHandleCall {
    const answer = (call: C, callback: sendUnaryData<Buffer>): void => {
      let answered = false;
      const once: sendUnaryData<Buffer> = (error, value) => {
        if (answered) return;
        answered = true;
        this.#running.delete(refuse);
        callback(error, value);
      };
      const refuse = (): void => once(unavailable('The server is shutting down.'));
      try {
        this.#admit(call);
      } catch (error) {
        return once(asRpcError(error));
      }
      this.#running.add(refuse);
      handle(call, once);
    };
    return answer as unknown as UntypedHandleCall;
  }

  readonly #running = new Set<() => void>();

  /** A call whose answers are a stream. */
  stream<C extends Call & SendingCall>(
    handle: (call: C, out: Outgoing, user: string) => void | Promise<void>,
  ): UntypedHandleCall {
    const answer = (call: C): void => {
      const out = new Outgoing(call);
      try {
        const user = this.#admit(call);
        this.track(out);
        const running = handle(call, out, user);
        running?.catch((error: unknown) => out.fail(asRpcError(error)));
      } catch (error) {
        out.fail(asRpcError(error));
      }
    };
    return answer as unknown as UntypedHandleCall;
  }

  /** Counts a stream among those that a shutdown ends. */
  track(out: Outgoing): void {
    this.#open.add(out);
    out.onClose(() => this.#open.delete(out));
  }

  get open(): number {
    return this.#open.size;
  }

  /** From now on new calls are refused, and running classic appends too. */
  refuse(): void {
    this.#closing = true;
    for (const refuse of [...this.#running]) refuse();
  }

  /** Ends what is open. */
  cancel(): void {
    for (const out of [...this.#open]) out.fail(cancelled('The server is shutting down.'));
  }
}
