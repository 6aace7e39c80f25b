import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import type { Appended, ExpectedRevision } from '@mo-ledger/event-sourcing';
import type { EventStoreDBClient } from '@eventstore/db-client';
import type * as Streams from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type * as Utils from '@eventstore/db-client/dist/utils/index.js';
import type { CallOptions, ClientDuplexStream, Metadata } from '@grpc/grpc-js';
import { decodeAnswer, encodeRequest, type AppendAnswer, type SerialisedEvent } from './batch-append-messages.js';

const require = createRequire(import.meta.url);
const load = <T>(name: string): T => require(`@eventstore/db-client/${name}.js`) as T;
const { StreamsClient } = load<typeof Streams>('generated/streams_grpc_pb');
const { convertToCommandError } = load<typeof Utils>('dist/utils/index');

type Call = ClientDuplexStream<Buffer, AppendAnswer>;

/** What the client keeps for its own commands: a call with its credentials, opened anew once it has ended. */
interface Inside {
  callArguments(options: object, call: { deadline: number }): [Metadata, CallOptions];
  GRPCStreamCreator(
    service: typeof StreamsClient,
    name: string,
    create: (service: Streams.StreamsClient) => Call,
    cache: WeakMap<Streams.StreamsClient, Call>,
  ): () => Promise<Call>;
}

interface Pending {
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * gRPC writes a message of a call only once the one before it has left for the socket, here and on the server: what is to be appended
 * at the same time goes over several calls, whose messages leave together (tools/bench/README.md, Where the time goes).
 */
const CALLS = 32;
const ENDED = 'the event store ended the call';
/** After so long the server need not write it any more; the client's own default. */
const DEADLINE_MS = 10_000;

const BATCH_APPEND = '/event_store.client.streams.Streams/BatchAppend';
const asItIs = (bytes: Buffer): Buffer => bytes;

/** A call that is open, and what it has not answered. */
interface Open {
  readonly call: Call;
  readonly pending: Map<string, Pending>;
}

/**
 * The client's BatchAppend, without what its `appendToStream` does to each event: serialise it twice, and take it through base64.
 * The calls and the errors are the client's. An error of a call rejects what is pending on that call.
 */
export class BatchAppends {
  readonly #creators: readonly (() => Promise<Call>)[];
  readonly #open: (Open | null)[];
  #next = 0;

  constructor(client: EventStoreDBClient) {
    const inside = client as unknown as Inside;
    this.#open = Array.from({ length: CALLS }, () => null);
    this.#creators = this.#open.map((_, index) =>
      inside.GRPCStreamCreator(
        StreamsClient,
        'appendToStream',
        (service) => {
          const settings = inside.callArguments({}, { deadline: Infinity });
          const call = service.makeBidiStreamRequest(BATCH_APPEND, asItIs, decodeAnswer, ...settings);
          this.#opened(index, call);
          return call;
        },
        new WeakMap(),
      ),
    );
  }

  /** Rejects with the client's errors. */
  append(stream: string, events: readonly SerialisedEvent[], expected: ExpectedRevision): Promise<Appended> {
    const index = this.#next++ % CALLS;
    const open = this.#open[index];
    return open ? request(open, stream, events, expected) : this.#appendAfterOpening(index, stream, events, expected);
  }

  async #appendAfterOpening(
    index: number,
    stream: string,
    events: readonly SerialisedEvent[],
    expected: ExpectedRevision,
  ): Promise<Appended> {
    // There is one: the index is below their number.
    await this.#creators[index]!();
    const open = this.#open[index];
    if (!open) throw new Error(ENDED);
    return request(open, stream, events, expected);
  }

  #opened(index: number, call: Call): void {
    const pending = new Map<string, Pending>();
    const open: Open = { call, pending };
    this.#open[index] = open;
    const end = (error: unknown): void => {
      if (this.#open[index] === open) this.#open[index] = null;
      for (const { reject } of pending.values()) reject(error);
      pending.clear();
    };
    call.on('data', (answer: AppendAnswer) => {
      const append = pending.get(answer.correlationId);
      pending.delete(answer.correlationId);
      // Nobody waits any more for what is answered twice.
      if (!append) return;
      if ('error' in answer) append.reject(answer.error);
      else append.resolve(answer.appended);
    });
    call.on('error', (error) => end(convertToCommandError(error)));
    call.on('end', () => end(new Error(ENDED)));
  }
}

function request(
  { call, pending }: Open,
  stream: string,
  events: readonly SerialisedEvent[],
  expected: ExpectedRevision,
): Promise<Appended> {
  const correlationId = randomUUID();
  return new Promise((resolve, reject) => {
    pending.set(correlationId, { resolve, reject });
    call.write(encodeRequest({ correlationId, stream, events, expected, deadline: Date.now() + DEADLINE_MS }));
  });
}
