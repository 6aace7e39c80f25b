import streams from '@eventstore/db-client/generated/streams_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import { status } from '@grpc/grpc-js';
import type { ServerReadableStream, sendUnaryData } from '@grpc/grpc-js';
import { decodeProposed } from '../protobuf/proposed-message.js';
import type { ProposedEvent } from '../protobuf/recorded-event.js';
import { WireReader } from '../protobuf/wire.js';
import { BadRequest, MAX_APPEND_SIZE, RpcError, asRpcError, streamDeleted, tooLarge } from '../server/errors.js';
import { ANY, NO_STREAM, STREAM_EXISTS } from '../storage/numbers.js';
import type { ExpectedRevision } from '../storage/numbers.js';
import type { Writes, WriteResult } from '../storage/writer.js';
import { isExpectedTag, isValidName, readExpected, readStreamName } from './expected-revision.js';
import { appendedMessage } from './messages.js';

/** The size that the limit on appends counts, in bytes. */
export const sizeOf = (event: ProposedEvent): number =>
  event.data.length + event.metadata.length + 2 * Buffer.byteLength(event.type);

export const storageFailure = (message: string): Error =>
  new RpcError(status.INTERNAL, `The event store cannot write: ${message}`);

interface Options {
  stream: string;
  expected: ExpectedRevision;
}

const readOptions = (reader: WireReader): Options => {
  let stream = '';
  let expected: ExpectedRevision | undefined;
  while (!reader.done) {
    const tag = reader.varint();
    if (tag === 0x0a) stream = readStreamName(reader.message());
    else if (isExpectedTag(tag)) expected = readExpected(tag, reader);
    else reader.skip(tag & 7);
  }
  if (!isValidName(stream)) throw new BadRequest(`A stream cannot be named '${stream}'.`);
  if (expected === undefined) throw new BadRequest('An append needs to say what it expects.');
  return { stream, expected };
};

/** One classic append: the options, then one message for each event. */
class UnaryAppend {
  #options: Options | undefined;
  readonly #events: ProposedEvent[] = [];
  #size = 0;

  add(message: Buffer): void {
    const reader = new WireReader(message);
    while (!reader.done) {
      const tag = reader.varint();
      if (tag === 0x0a) this.#options = readOptions(reader.message());
      else if (tag === 0x12) this.#propose(decodeProposed(reader.message()));
      else reader.skip(tag & 7);
    }
  }

  #propose(event: ProposedEvent): void {
    if (!this.#options) throw new BadRequest('An append begins with its options.');
    this.#size += sizeOf(event);
    if (this.#size > MAX_APPEND_SIZE) throw tooLarge();
    this.#events.push(event);
  }

  get complete(): Options & { events: readonly ProposedEvent[] } {
    if (!this.#options) throw new BadRequest('An append begins with its options.');
    return { ...this.#options, events: this.#events };
  }
}

/** The Append method: requests and answers are bytes. */
export const append = (
  writer: Writes,
  call: Pick<ServerReadableStream<Buffer, Buffer>, 'on' | 'getDeadline' | 'cancelled'>,
  callback: sendUnaryData<Buffer>,
): void => {
  const request = new UnaryAppend();
  let failed = false;
  const guarded = (step: () => void): void => {
    if (failed) return;
    try {
      step();
    } catch (error) {
      failed = true;
      callback(asRpcError(error));
    }
  };
  call.on('data', (message: Buffer) => guarded(() => request.add(message)));
  call.on('end', () =>
    guarded(() => {
      if (call.cancelled) return;
      const { stream, expected, events } = request.complete;
      const deadline = Number(call.getDeadline());
      writer.submit(
        { kind: 'append', stream, expected, events: events.length, deadline },
        (result) => answer(stream, expected, result, callback),
        events,
      );
    }),
  );
};

const answer = (
  stream: string,
  expected: ExpectedRevision,
  result: WriteResult,
  callback: sendUnaryData<Buffer>,
): void => {
  if (result.outcome === 'done') return callback(null, appendedMessage(result.revision, result.position));
  if (result.outcome === 'wrong') return callback(null, wrongVersion(expected, result.current));
  if (result.outcome === 'deleted') return callback(streamDeleted(stream));
  if (result.outcome === 'failed') return callback(storageFailure(result.message));
  // The client's deadline has passed: it has its answer already.
};

/** A wrong version is a normal reply here; −1 has a case of its own. */
const wrongVersion = (expected: ExpectedRevision, current: number): Buffer => {
  const details = new streams.AppendResp.WrongExpectedVersion();
  if (current < 0) details.setCurrentNoStream(new shared.Empty());
  else details.setCurrentRevision(String(current));
  if (expected === ANY) details.setExpectedAny(new shared.Empty());
  else if (expected === NO_STREAM) details.setExpectedNoStream(new shared.Empty());
  else if (expected === STREAM_EXISTS) details.setExpectedStreamExists(new shared.Empty());
  else details.setExpectedRevision(String(expected));
  const response = new streams.AppendResp();
  response.setWrongExpectedVersion(details);
  return Buffer.from(response.serializeBinary());
};
