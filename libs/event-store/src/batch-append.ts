import { createRequire } from 'node:module';
import { randomUUID } from 'node:crypto';
import type { Appended, ExpectedRevision } from '@mo-ledger/event-sourcing';
import type { EventStoreDBClient } from '@eventstore/db-client';
import type * as Streams from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type * as StreamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type * as SharedPb from '@eventstore/db-client/generated/shared_pb.js';
import type * as Unpack from '@eventstore/db-client/dist/streams/appendToStream/unpackError.js';
import type * as Utils from '@eventstore/db-client/dist/utils/index.js';
import type * as EmptyPb from 'google-protobuf/google/protobuf/empty_pb.js';
import type * as TimestampPb from 'google-protobuf/google/protobuf/timestamp_pb.js';

const require = createRequire(import.meta.url);
const load = <T>(name: string): T => require(`@eventstore/db-client/${name}.js`) as T;
const { StreamsClient } = load<typeof Streams>('generated/streams_grpc_pb');
const { BatchAppendReq } = load<typeof StreamsPb>('generated/streams_pb');
const { UUID } = load<typeof SharedPb>('generated/shared_pb');
const { unpackToCommandError } = load<typeof Unpack>('dist/streams/appendToStream/unpackError');
const { convertToCommandError, createStreamIdentifier, createUUID, parseUUID } = load<typeof Utils>('dist/utils/index');
const { Empty } = require('google-protobuf/google/protobuf/empty_pb.js') as typeof EmptyPb;
const { Timestamp } = require('google-protobuf/google/protobuf/timestamp_pb.js') as typeof TimestampPb;

/** An event, serialised. */
export interface SerialisedEvent {
  readonly id: string;
  readonly type: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

type Call = ReturnType<Streams.StreamsClient['batchAppend']>;

/** What the client keeps for its own commands: a call with its credentials, opened anew once it has ended. */
interface Inside {
  callArguments(options: object, call: { deadline: number }): Parameters<Streams.StreamsClient['batchAppend']>;
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

/**
 * The client's BatchAppend, without what its `appendToStream` does to each event: serialise it twice, and take it through base64.
 * The calls, the messages and the errors are the client's. An error of a call rejects what is pending on that call.
 */
export class BatchAppends {
  readonly #calls: readonly (() => Promise<Call>)[];
  readonly #pending = new WeakMap<Call, Map<string, Pending>>();
  #next = 0;

  constructor(client: EventStoreDBClient) {
    const inside = client as unknown as Inside;
    this.#calls = Array.from({ length: CALLS }, () =>
      inside.GRPCStreamCreator(
        StreamsClient,
        'appendToStream',
        (service) => this.#open(service.batchAppend(...inside.callArguments({}, { deadline: Infinity }))),
        new WeakMap(),
      ),
    );
  }

  /** Rejects with the client's errors. */
  async append(stream: string, events: readonly SerialisedEvent[], expected: ExpectedRevision): Promise<Appended> {
    // There is one: the index is below their number.
    const call = await this.#calls[this.#next++ % CALLS]!();
    const pending = this.#pending.get(call);
    if (!pending) throw new Error(ENDED);
    const correlationId = randomUUID();
    return new Promise((resolve, reject) => {
      pending.set(correlationId, { resolve, reject });
      call.write(requestOf(correlationId, stream, events, expected));
    });
  }

  #open(call: Call): Call {
    const pending = new Map<string, Pending>();
    this.#pending.set(call, pending);
    const end = (error: unknown): void => {
      this.#pending.delete(call);
      for (const { reject } of pending.values()) reject(error);
      pending.clear();
    };
    call.on('data', (answer: StreamsPb.BatchAppendResp) => {
      const correlationId = parseUUID(answer.getCorrelationId()) ?? '';
      const append = pending.get(correlationId);
      pending.delete(correlationId);
      // Nobody waits any more for what is answered twice.
      if (append) settle(append, answer);
    });
    call.on('error', (error) => end(convertToCommandError(error)));
    call.on('end', () => end(new Error(ENDED)));
    return call;
  }
}

function settle({ resolve, reject }: Pending, answer: StreamsPb.BatchAppendResp): void {
  const error = answer.getError();
  if (error) {
    const stream = Buffer.from(answer.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString();
    return reject(unpackToCommandError(error, stream));
  }
  const success = answer.getSuccess();
  const position = success?.getPosition()?.getCommitPosition();
  if (!success || position === undefined) return reject(new Error('an append was answered without a position'));
  resolve({ revision: BigInt(success.getCurrentRevision()), position: BigInt(position) });
}

function requestOf(
  correlationId: string,
  stream: string,
  events: readonly SerialisedEvent[],
  expected: ExpectedRevision,
): StreamsPb.BatchAppendReq {
  const options = new BatchAppendReq.Options();
  options.setStreamIdentifier(createStreamIdentifier(stream));
  options.setDeadline(Timestamp.fromDate(new Date(Date.now() + DEADLINE_MS)));
  if (expected === 'no_stream') options.setNoStream(new Empty());
  else options.setStreamPosition(expected.toString());
  const request = new BatchAppendReq();
  request.setCorrelationId(createUUID(correlationId));
  request.setOptions(options);
  request.setProposedMessagesList(events.map(proposed));
  request.setIsFinal(true);
  return request;
}

function proposed({ id, type, data, metadata }: SerialisedEvent): StreamsPb.BatchAppendReq.ProposedMessage {
  const message = new BatchAppendReq.ProposedMessage();
  const uuid = new UUID();
  uuid.setString(id);
  message.setId(uuid);
  message.getMetadataMap().set('type', type).set('content-type', 'application/json');
  message.setData(data);
  message.setCustomMetadata(metadata);
  return message;
}
