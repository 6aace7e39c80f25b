import type { ServerDuplexStream } from '@grpc/grpc-js';
import { decodeProposed } from '../protobuf/proposed-message.js';
import type { ProposedEvent } from '../protobuf/recorded-event.js';
import { WireReader } from '../protobuf/wire.js';
import { BadRequest, MAX_APPEND_SIZE, asRpcError } from '../server/errors.js';
import type { Outgoing } from '../server/outgoing.js';
import { ANY, NO_STREAM, STREAM_EXISTS } from '../storage/numbers.js';
import type { ExpectedRevision } from '../storage/numbers.js';
import type { Writes, WriteResult } from '../storage/writer.js';
import { sizeOf } from './append.js';
import { badRequest, deleted, errorMessage, failed, timedOut, tooLarge, wrongVersion } from './batch-errors.js';
import type { BatchError } from './batch-errors.js';
import { isExpectedTag, isValidName, readExpected, readStreamName } from './expected-revision.js';
import { batchAppendedMessage } from './messages.js';

/** An append whose fragments are still coming in. */
interface Unfinished {
  correlationId: Buffer;
  stream: string;
  identifier: Buffer;
  expected: ExpectedRevision;
  expectedField: Buffer;
  deadline: number;
  events: ProposedEvent[];
  size: number;
}

/** Above this many bytes waiting to be written, requests are no longer read. */
const MOST_QUEUED = 32 * 1024 * 1024;
/** The most that unfinished appends of one call may hold. */
const MOST_UNFINISHED = 64 * 1024 * 1024;

const NO_FIELD = Buffer.alloc(0);
/** BatchAppendResp `expected_stream_position` in the cases without a number. */
const EXPECTED_FIELDS = new Map([
  [NO_STREAM, Buffer.from([0x32, 0])],
  [ANY, Buffer.from([0x3a, 0])],
  [STREAM_EXISTS, Buffer.from([0x42, 0])],
]);

/** One BatchAppend call: many appends, told apart by their correlation ids. */
export class BatchAppend {
  readonly #writer: Writes;
  readonly #call: ServerDuplexStream<Buffer, Buffer>;
  readonly #out: Outgoing;
  readonly #now: () => number;
  readonly #unfinished = new Map<string, Unfinished>();
  #unfinishedBytes = 0;
  #waiting = 0;
  #ended = false;
  #stopped = false;
  #closing: (() => void) | undefined;

  constructor(writer: Writes, call: ServerDuplexStream<Buffer, Buffer>, out: Outgoing, now: () => number) {
    this.#writer = writer;
    this.#call = call;
    this.#out = out;
    this.#now = now;
    call.on('data', (message: Buffer) => this.#receive(message));
    call.on('end', () => {
      this.#ended = true;
      this.#endWhenAnswered();
    });
  }

  /** Takes nothing more; resolves when what was asked for completely has been answered. */
  stop(): Promise<void> {
    this.#stopped = true;
    this.#call.pause();
    return new Promise((resolve) => {
      if (this.#waiting === 0 || this.#out.closed) return resolve();
      this.#closing = resolve;
      this.#out.onClose(resolve);
    });
  }

  #receive(message: Buffer): void {
    try {
      this.#fragment(new WireReader(message));
    } catch (error) {
      this.#out.fail(asRpcError(error));
      return;
    }
    if (this.#writer.queuedBytes < MOST_QUEUED && !this.#out.blocked) return;
    this.#call.pause();
    this.#resumeWhenPossible();
  }

  #resumeWhenPossible(): void {
    this.#out.whenWritable(() =>
      this.#writer.whenBelow(MOST_QUEUED, () => {
        if (!this.#out.closed && !this.#stopped) this.#call.resume();
      }),
    );
  }

  #fragment(reader: WireReader): void {
    let correlationId: Buffer | undefined;
    let options: WireReader | undefined;
    const proposed: WireReader[] = [];
    let final = false;
    while (!reader.done) {
      const tag = reader.varint();
      if (tag === 0x0a) correlationId = reader.view();
      else if (tag === 0x12) options = reader.message();
      else if (tag === 0x1a) proposed.push(reader.message());
      else if (tag === 0x20) final = reader.varint() !== 0;
      else reader.skip(tag & 7);
    }
    if (!correlationId) throw new BadRequest('A fragment needs a correlation id.');
    this.#append(correlationId, options, proposed, final);
  }

  #append(id: Buffer, options: WireReader | undefined, proposed: readonly WireReader[], final: boolean): void {
    const key = id.toString('latin1');
    const append = this.#unfinished.get(key) ?? (options && this.#begin(id, options));
    // The rest of an append that was answered already, with an error: nobody waits for it.
    if (!append) return;
    const error = this.#add(append, proposed);
    if (error || final) {
      this.#unfinished.delete(key);
      this.#unfinishedBytes -= append.size;
    } else this.#unfinished.set(key, append);
    if (error) this.#out.write(errorMessage(append.correlationId, append.stream, error));
    else if (final) this.#submit(append);
  }

  #begin(id: Buffer, reader: WireReader): Unfinished {
    const append: Unfinished = {
      ...{ correlationId: id, stream: '', identifier: NO_FIELD, expected: ANY, expectedField: NO_FIELD },
      ...{ deadline: Infinity, events: [], size: 0 },
    };
    while (!reader.done) {
      const start = reader.at;
      const tag = reader.varint();
      if (tag === 0x0a) {
        append.identifier = reader.view();
        append.stream = readStreamName(new WireReader(append.identifier));
      } else if (isExpectedTag(tag)) {
        append.expected = readExpected(tag, reader);
        const field = EXPECTED_FIELDS.get(append.expected) ?? reader.buffer.subarray(start, reader.at);
        append.expectedField = tag === 0x10 ? Buffer.concat([Buffer.from([0x28]), field.subarray(1)]) : field;
      } else if (tag === 0x32) append.deadline = readDuration(reader.message());
      else if (tag === 0x3a) append.deadline = this.#now() + readDuration(reader.message());
      else reader.skip(tag & 7);
    }
    return append;
  }

  #add(append: Unfinished, proposed: readonly WireReader[]): BatchError | undefined {
    if (!isValidName(append.stream)) return badRequest(`A stream cannot be named '${append.stream}'.`);
    if (append.deadline < this.#now()) return timedOut();
    for (const reader of proposed) {
      try {
        const event = decodeProposed(reader);
        append.size += sizeOf(event);
        this.#unfinishedBytes += sizeOf(event);
        append.events.push(event);
      } catch (error) {
        if (error instanceof BadRequest) return badRequest(error.message);
        throw error;
      }
      if (append.size > MAX_APPEND_SIZE) return tooLarge();
    }
    return this.#unfinishedBytes > MOST_UNFINISHED
      ? badRequest('Too many appends were begun and not finished.')
      : undefined;
  }

  #submit(append: Unfinished): void {
    const { stream, expected, events, deadline } = append;
    this.#waiting++;
    this.#writer.submit(
      { kind: 'append', stream, expected, events: events.length, deadline },
      (result) => {
        this.#waiting--;
        this.#out.write(answer(append, result));
        this.#endWhenAnswered();
      },
      events,
    );
  }

  #endWhenAnswered(): void {
    if (this.#waiting > 0) return;
    this.#closing?.();
    if (this.#ended) this.#out.end();
  }
}

const answer = (append: Unfinished, result: WriteResult): Buffer => {
  const { correlationId, stream, identifier, expected, expectedField } = append;
  if (result.outcome === 'done')
    return batchAppendedMessage(correlationId, identifier, expectedField, result.revision, result.position);
  return errorMessage(correlationId, stream, toError(stream, expected, result));
};

const toError = (
  stream: string,
  expected: ExpectedRevision,
  result: Exclude<WriteResult, { outcome: 'done' }>,
): BatchError => {
  if (result.outcome === 'wrong') return wrongVersion(stream, expected, result.current);
  if (result.outcome === 'deleted') return deleted(stream);
  return result.outcome === 'timeout' ? timedOut() : failed(result.message);
};

/** google.protobuf.Timestamp and Duration alike, in milliseconds. */
const readDuration = (reader: WireReader): number => {
  let seconds = 0;
  let nanos = 0;
  while (!reader.done) {
    const tag = reader.varint();
    if (tag === 0x08) seconds = reader.varint();
    else if (tag === 0x10) nanos = reader.varint();
    else reader.skip(tag & 7);
  }
  return seconds * 1000 + Math.floor(nanos / 1e6);
};
