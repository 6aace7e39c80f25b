import { createRequire } from 'node:module';
import type { Appended, ExpectedRevision } from '@mo-ledger/event-sourcing';
import type * as StreamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type * as Unpack from '@eventstore/db-client/dist/streams/appendToStream/unpackError.js';
import type * as Utils from '@eventstore/db-client/dist/utils/index.js';
import { eachField, type OnField } from './each-field.js';

const require = createRequire(import.meta.url);
const load = <T>(name: string): T => require(`@eventstore/db-client/${name}.js`) as T;
const { BatchAppendResp } = load<typeof StreamsPb>('generated/streams_pb');
const { unpackToCommandError } = load<typeof Unpack>('dist/streams/appendToStream/unpackError');
const { parseUUID } = load<typeof Utils>('dist/utils/index');

// The two messages of each append, as bytes: the client's classes take 9 µs for the request and 3 µs for the answer, these lines 2.

/** An event, serialised. */
export interface SerialisedEvent {
  readonly id: string;
  readonly type: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

export interface AppendRequest {
  /** A UUID, by which the answer is told from others. */
  readonly correlationId: string;
  readonly stream: string;
  readonly events: readonly SerialisedEvent[];
  readonly expected: ExpectedRevision;
  /** Until when it must be written, in milliseconds since 1970. */
  readonly deadline: number;
}

/** What became of an append; an error is the client's. */
export type AppendAnswer = { readonly correlationId: string } & (
  { readonly appended: Appended } | { readonly error: unknown }
);

/** BatchAppendReq, as its class writes it. */
export function encodeRequest({ correlationId, stream, events, expected, deadline }: AppendRequest): Buffer {
  const message = new BackwardsMessage(
    events.reduce((sum, event) => sum + roomFor(event), ENVELOPE + 3 * stream.length),
  );
  message.number(0x20, 1);
  for (const event of events.toReversed()) proposed(message, event);
  message.within(0x12, () => {
    message.within(0x32, () => {
      const milliseconds = deadline % 1_000;
      if (milliseconds > 0) message.number(0x10, milliseconds * 1_000_000);
      message.number(0x08, (deadline - milliseconds) / 1_000);
    });
    if (expected === 'no_stream') message.text(0x1a, '');
    else message.number(0x10, Number(expected));
    message.within(0x0a, () => message.text(0x1a, stream));
  });
  message.within(0x0a, () => message.text(0x12, correlationId));
  return message.written;
}

function proposed(message: BackwardsMessage, { id, type, data, metadata }: SerialisedEvent): void {
  message.within(0x1a, () => {
    message.bytes(0x22, data);
    message.bytes(0x1a, metadata);
    message.within(0x12, () => {
      message.text(0x12, type);
      message.text(0x0a, 'type');
    });
    message.within(0x12, () => {
      message.text(0x12, 'application/json');
      message.text(0x0a, 'content-type');
    });
    message.within(0x0a, () => message.text(0x12, id));
  });
}

/** All that is not the event's or the stream's own text. */
const ENVELOPE = 128;
// A UTF-16 unit is three bytes of UTF-8 at most.
const roomFor = ({ id, type, data, metadata }: SerialisedEvent): number =>
  ENVELOPE + 3 * (id.length + type.length) + data.length + metadata.length;

/** Writes a message from its end: what is inside another one is there before its length is needed. */
class BackwardsMessage {
  readonly #buffer: Buffer;
  #at: number;

  constructor(room: number) {
    this.#buffer = Buffer.allocUnsafe(room);
    this.#at = room;
  }

  get written(): Buffer {
    return this.#buffer.subarray(this.#at);
  }

  number(tag: number, value: number): void {
    this.#varint(value);
    this.#buffer[--this.#at] = tag;
  }

  bytes(tag: number, bytes: Uint8Array): void {
    this.#at -= bytes.length;
    this.#buffer.set(bytes, this.#at);
    this.number(tag, bytes.length);
  }

  text(tag: number, text: string): void {
    const length = Buffer.byteLength(text);
    this.#at -= length;
    this.#buffer.write(text, this.#at);
    this.number(tag, length);
  }

  within(tag: number, write: () => void): void {
    const end = this.#at;
    write();
    this.number(tag, end - this.#at);
  }

  #varint(value: number): void {
    let length = 1;
    for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length++;
    this.#at -= length;
    let rest = value;
    for (let i = 0; i < length; i++) {
      this.#buffer[this.#at + i] = (rest % 0x80) | (i + 1 < length ? 0x80 : 0);
      rest = Math.floor(rest / 0x80);
    }
  }
}

/** BatchAppendResp. What is not a plain success goes through its class. */
export const decodeAnswer = (bytes: Buffer): AppendAnswer =>
  decodeSuccess(bytes) ?? fromClass(BatchAppendResp.deserializeBinary(bytes));

function fromClass(answer: StreamsPb.BatchAppendResp): AppendAnswer {
  const correlationId = parseUUID(answer.getCorrelationId()) ?? '';
  const error = answer.getError();
  if (error) {
    const stream = Buffer.from(answer.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString();
    return { correlationId, error: unpackToCommandError(error, stream) };
  }
  const success = answer.getSuccess();
  const position = success?.getPosition()?.getCommitPosition();
  if (!success || position === undefined)
    return { correlationId, error: new Error('an append was answered without a position') };
  return { correlationId, appended: { revision: BigInt(success.getCurrentRevision()), position: BigInt(position) } };
}

/** Null for anything but a success whose id is a text and whose numbers are safe integers. */
function decodeSuccess(bytes: Buffer): AppendAnswer | null {
  let correlationId = '';
  let revision = 0;
  let position = NaN;
  const positionField: OnField = (tag, value) => {
    if (tag === 0x08) position = value;
    return true;
  };
  const successField: OnField = (tag, value, start) => {
    if (tag === 0x08) revision = value;
    return tag !== 0x1a || eachField(bytes, start, start + value, positionField);
  };
  const idField: OnField = (tag, value, start) => {
    if (tag === 0x12) correlationId = bytes.toString('latin1', start, start + value);
    return true;
  };
  const answerField: OnField = (tag, value, start) => {
    if (tag === 0x0a) return eachField(bytes, start, start + value, idField);
    return tag !== 0x1a || eachField(bytes, start, start + value, successField);
  };
  if (!eachField(bytes, 0, bytes.length, answerField) || correlationId === '') return null;
  if (!Number.isSafeInteger(revision) || !Number.isSafeInteger(position)) return null;
  return { correlationId, appended: { revision: BigInt(revision), position: BigInt(position) } };
}
