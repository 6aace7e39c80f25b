// A recorded event is stored exactly as it is sent: as the bytes of streams.ReadResp.ReadEvent.RecordedEvent. What the
// client proposed comes first (the body), what the store adds comes last (the stamp), so that the body is written
// once when a request arrives and stamped in place when its turn has come.
import { TOMBSTONE } from '../storage/numbers.js';
import { WireReader, fieldLength, writeBigVarint, writeHeader, writeVarint } from './wire.js';

/** What a client proposes to append. */
export interface ProposedEvent {
  /** 36 characters, lower case. */
  id: string;
  type: string;
  isJson: boolean;
  data: Uint8Array;
  metadata: Uint8Array;
}

export interface RecordedEvent extends ProposedEvent {
  stream: string;
  /** {@link TOMBSTONE} stands for 2^63−1. */
  revision: number;
  position: number;
  /** Milliseconds since 1970. */
  created: number;
}

const TICKS_PER_MILLISECOND = '0000'; // as a suffix of the decimal number of milliseconds
const LAST_REVISION = 2n ** 63n - 1n;
const TYPE = Buffer.from('type');
const CONTENT_TYPE = Buffer.from('content-type');
const CREATED = Buffer.from('created');
const JSON_CONTENT = Buffer.from('application/json');
const BINARY_CONTENT = Buffer.from('application/octet-stream');
const NOTHING = Buffer.alloc(0);
const DOLLAR = 0x24;
const ID_FIELD = 40; // 0a 26 12 24, then 36 characters

/** Room for the longest stamp: three numbers of at most 11 bytes with their tags, and `created`. */
export const STAMP_ROOM = 33 + fieldLength(fieldLength(CREATED.length) + fieldLength(20));

const contentType = (event: ProposedEvent): Buffer => (event.isJson ? JSON_CONTENT : BINARY_CONTENT);
const entryLength = (key: Buffer, length: number): number => fieldLength(fieldLength(key.length) + fieldLength(length));

const writeBytes = (to: Buffer, at: number, tag: number, bytes: Uint8Array): number => {
  const start = writeHeader(to, at, tag, bytes.length);
  to.set(bytes, start);
  return start + bytes.length;
};

const writeText = (to: Buffer, at: number, tag: number, text: string, length: number): number => {
  const start = writeHeader(to, at, tag, length);
  to.write(text, start, length, 'utf8');
  return start + length;
};

/** The length of the body of `event` in `stream`, in bytes. */
export const bodyLength = (stream: string, event: ProposedEvent): number =>
  ID_FIELD +
  fieldLength(fieldLength(Buffer.byteLength(stream))) +
  entryLength(TYPE, Buffer.byteLength(event.type)) +
  entryLength(CONTENT_TYPE, contentType(event).length) +
  (event.metadata.length ? fieldLength(event.metadata.length) : 0) +
  (event.data.length ? fieldLength(event.data.length) : 0);

/** Writes the body at `at`; returns where the stamp goes. */
export const writeBody = (to: Buffer, at: number, stream: string, event: ProposedEvent): number => {
  to[at] = 0x0a;
  to[at + 1] = ID_FIELD - 2;
  to[at + 2] = 0x12;
  to[at + 3] = 36;
  to.write(event.id, at + 4, 36, 'latin1');
  const name = Buffer.byteLength(stream);
  let next = writeHeader(to, at + ID_FIELD, 0x12, fieldLength(name));
  next = writeText(to, next, 0x1a, stream, name);
  const type = Buffer.byteLength(event.type);
  next = writeHeader(to, next, 0x32, fieldLength(TYPE.length) + fieldLength(type));
  next = writeBytes(to, next, 0x0a, TYPE);
  next = writeText(to, next, 0x12, event.type, type);
  const content = contentType(event);
  next = writeHeader(to, next, 0x32, fieldLength(CONTENT_TYPE.length) + fieldLength(content.length));
  next = writeBytes(to, next, 0x0a, CONTENT_TYPE);
  next = writeBytes(to, next, 0x12, content);
  if (event.metadata.length) next = writeBytes(to, next, 0x3a, event.metadata);
  return event.data.length ? writeBytes(to, next, 0x42, event.data) : next;
};

/** Writes the stamp at `at`; returns the end of the record. `created` is in milliseconds since 1970. */
export const writeStamp = (to: Buffer, at: number, revision: number, position: number, created: number): number => {
  to[at] = 0x18;
  let next = revision === TOMBSTONE ? writeBigVarint(to, at + 1, LAST_REVISION) : writeVarint(to, at + 1, revision);
  to[next] = 0x20;
  next = writeVarint(to, next + 1, position);
  to[next] = 0x28;
  next = writeVarint(to, next + 1, position);
  const ticks = Buffer.from(created + TICKS_PER_MILLISECOND);
  next = writeHeader(to, next, 0x32, fieldLength(CREATED.length) + fieldLength(ticks.length));
  next = writeBytes(to, next, 0x0a, CREATED);
  return writeBytes(to, next, 0x12, ticks);
};

/** The id in a body or record. */
export const idOf = (buffer: Buffer, start = 0): string => buffer.toString('latin1', start + 4, start + ID_FIELD);

/** The stream's name and the event's type: what filters and subscribers look at, without the rest. */
export const namesOf = (record: Buffer): { stream: string; type: string } => {
  const reader = new WireReader(record, ID_FIELD + 1);
  const identifier = reader.message();
  identifier.at++;
  const stream = identifier.text();
  reader.at++;
  const entry = reader.message();
  entry.at += 2 + TYPE.length + 1;
  return { stream, type: entry.text() };
};

/** Whether the stream's name begins with `$`, without taking the name out. */
export const isOfSystemStream = (record: Buffer): boolean => {
  const reader = new WireReader(record, ID_FIELD + 1);
  reader.varint();
  reader.at++;
  reader.varint();
  return record[reader.at] === DOLLAR;
};

/** A whole record, taken apart. `data` and `metadata` are views. */
export const decodeRecord = (record: Buffer): RecordedEvent => {
  const event: RecordedEvent = {
    ...{ id: idOf(record), stream: '', type: '', isJson: false, revision: 0, position: 0, created: 0 },
    ...{ data: NOTHING, metadata: NOTHING },
  };
  const reader = new WireReader(record, ID_FIELD);
  while (!reader.done) {
    const tag = reader.varint();
    if (tag === 0x12) {
      const identifier = reader.message();
      identifier.at++;
      event.stream = identifier.text();
    } else if (tag === 0x18) {
      const revision = reader.varint();
      event.revision = Number.isFinite(revision) ? revision : TOMBSTONE;
    } else if (tag === 0x28) event.position = reader.varint();
    else if (tag === 0x32) decodeEntry(reader.message(), event);
    else if (tag === 0x3a) event.metadata = reader.view();
    else if (tag === 0x42) event.data = reader.view();
    else reader.skip(tag & 7);
  }
  return event;
};

const decodeEntry = (entry: WireReader, event: RecordedEvent): void => {
  entry.at++;
  const key = entry.text();
  entry.at++;
  const value = entry.text();
  if (key === 'type') event.type = value;
  else if (key === 'content-type') event.isJson = value === 'application/json';
  else event.created = Number(value.slice(0, -TICKS_PER_MILLISECOND.length));
};

/** The record with its id as two 64-bit numbers, for a client that asked for the structured form. */
export const withStructuredId = (record: Buffer): Buffer => {
  const hex = idOf(record).replaceAll('-', '');
  const id = Buffer.alloc(24);
  id[0] = 0x08;
  let end = writeBigVarint(id, 1, BigInt(`0x${hex.slice(0, 16)}`));
  id[end] = 0x10;
  end = writeBigVarint(id, end + 1, BigInt(`0x${hex.slice(16)}`));
  const header = Buffer.from([0x0a, end + 2, 0x0a, end]);
  return Buffer.concat([header, id.subarray(0, end), record.subarray(ID_FIELD)]);
};
