// The answers of the Streams service that are sent by the thousand, as bytes.
import { fieldLength, varintLength, writeHeader, writeVarint } from '../protobuf/wire.js';
import { withStructuredId } from '../protobuf/recorded-event.js';

const NO_RECORD = Buffer.alloc(0);

/** An event as it was read: where a link was resolved both, where its target is gone the link alone. */
export interface ResolvedEvent {
  event?: Buffer;
  link?: Buffer;
  position: number;
}

/** ReadResp of both services: `{ event: { event?, link?, commit_position, retry_count? } }`. */
export const eventMessage = (resolved: ResolvedEvent, structuredIds: boolean, retryCount?: number): Buffer => {
  const event = form(resolved.event, structuredIds);
  const link = form(resolved.link, structuredIds);
  const length =
    (event.length ? fieldLength(event.length) : 0) +
    (link.length ? fieldLength(link.length) : 0) +
    (1 + varintLength(resolved.position)) +
    (retryCount === undefined ? 0 : 1 + varintLength(retryCount));
  const message = Buffer.allocUnsafe(fieldLength(length));
  let at = writeHeader(message, 0, 0x0a, length);
  if (event.length) {
    at = writeHeader(message, at, 0x0a, event.length);
    at += event.copy(message, at);
  }
  if (link.length) {
    at = writeHeader(message, at, 0x12, link.length);
    at += link.copy(message, at);
  }
  message[at] = 0x18;
  at = writeVarint(message, at + 1, resolved.position);
  if (retryCount !== undefined) {
    message[at] = 0x28;
    writeVarint(message, at + 1, retryCount);
  }
  return message;
};

const form = (record: Buffer | undefined, structuredIds: boolean): Buffer => {
  if (!record) return NO_RECORD;
  return structuredIds ? withStructuredId(record) : record;
};

const positionFields = (position: number): Buffer => {
  const bytes = Buffer.alloc(2 * (1 + varintLength(position)));
  bytes[0] = 0x08;
  const at = writeVarint(bytes, 1, position);
  bytes[at] = 0x10;
  writeVarint(bytes, at + 1, position);
  return bytes;
};

const field = (tag: number, content: Buffer): Buffer => {
  const bytes = Buffer.alloc(fieldLength(content.length));
  content.copy(bytes, writeHeader(bytes, 0, tag, content.length));
  return bytes;
};

/** ReadResp `confirmation` with the subscription's id. */
export const confirmationMessage = (id: string): Buffer => field(0x12, field(0x0a, Buffer.from(id)));

/** ReadResp `checkpoint`. */
export const checkpointMessage = (position: number): Buffer => field(0x1a, positionFields(position));

/** ReadResp `stream_not_found`. */
export const streamNotFoundMessage = (stream: string): Buffer =>
  field(0x22, field(0x0a, field(0x1a, Buffer.from(stream))));

export const CAUGHT_UP = field(0x42, NO_RECORD);
export const FELL_BEHIND = field(0x4a, NO_RECORD);

/** The success of an append: `{ current_revision | no_stream, position }`; the same in AppendResp and BatchAppendResp. */
export const successFields = (revision: number, position: number): Buffer => {
  const content = field(0x1a, positionFields(position));
  if (revision < 0) return Buffer.concat([field(0x12, NO_RECORD), content]);
  const current = Buffer.alloc(1 + varintLength(revision));
  current[0] = 0x08;
  writeVarint(current, 1, revision);
  return Buffer.concat([current, content]);
};

/** AppendResp `success`. */
export const appendedMessage = (revision: number, position: number): Buffer =>
  field(0x0a, successFields(revision, position));

/** BatchAppendResp `success`; `correlationId` and `options` are the request's own bytes. */
export const batchAppendedMessage = (
  correlationId: Buffer,
  stream: Buffer,
  expected: Buffer,
  revision: number,
  position: number,
): Buffer =>
  Buffer.concat([
    field(0x0a, correlationId),
    field(0x1a, successFields(revision, position)),
    field(0x22, stream),
    expected,
  ]);
