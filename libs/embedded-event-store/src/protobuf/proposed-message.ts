import { BadRequest } from '../server/errors.js';
import type { ProposedEvent } from './recorded-event.js';
import { VARINT, WireReader } from './wire.js';

const NOTHING = Buffer.alloc(0);
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A UUID message, in either of its forms, as 36 lower-case characters; undefined where it is not one. */
export const decodeUuid = (reader: WireReader): string | undefined => {
  let id: string | undefined;
  while (!reader.done) {
    const tag = reader.varint();
    if (tag === 0x12) id = reader.text();
    else if (tag === 0x0a) id = fromHalves(reader.message());
    else reader.skip(tag & 7);
  }
  return id !== undefined && UUID.test(id) ? id.toLowerCase() : undefined;
};

const fromHalves = (reader: WireReader): string => {
  const halves = [0n, 0n];
  while (!reader.done) {
    const tag = reader.varint();
    if (tag >> 3 > 2 || (tag & 7) !== VARINT) reader.skip(tag & 7);
    else halves[(tag >> 3) - 1] = bigVarint(reader);
  }
  const hex = halves.map((half) => BigInt.asUintN(64, half).toString(16).padStart(16, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
};

const bigVarint = (reader: WireReader): bigint => {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = reader.buffer[reader.at++];
    if (byte === undefined || reader.at > reader.end) throw new RangeError('truncated message');
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  throw new RangeError('malformed varint');
};

/**
 * A ProposedMessage of Append or BatchAppend (they are the same on the wire). Its data and metadata are views into
 * the request. Throws {@link BadRequest} where the id, the type or the content type is missing.
 */
export const decodeProposed = (reader: WireReader): ProposedEvent => {
  let id: string | undefined;
  let type: string | undefined;
  let content: string | undefined;
  let data: Buffer = NOTHING;
  let metadata: Buffer = NOTHING;
  while (!reader.done) {
    const tag = reader.varint();
    if (tag === 0x0a) id = decodeUuid(reader.message());
    else if (tag === 0x12) {
      const [key, value] = decodeEntry(reader.message());
      if (key === 'type') type = value;
      else if (key === 'content-type') content = value;
    } else if (tag === 0x1a) metadata = reader.view();
    else if (tag === 0x22) data = reader.view();
    else reader.skip(tag & 7);
  }
  if (type === undefined || content === undefined) throw BadRequest.missingMetadata();
  if (type === '') throw new BadRequest('An event needs a type.');
  if (id === undefined) throw new BadRequest('An event needs an id: a UUID.');
  return { id, type, isJson: content === 'application/json', data, metadata };
};

const decodeEntry = (entry: WireReader): [string, string] => {
  let key = '';
  let value = '';
  while (!entry.done) {
    const tag = entry.varint();
    if (tag === 0x0a) key = entry.text();
    else if (tag === 0x12) value = entry.text();
    else entry.skip(tag & 7);
  }
  return [key, value];
};
