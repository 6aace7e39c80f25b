// Errors with the status codes and trailers of EVENT_STORE.md §2. The client looks at the trailer `exception` first,
// and throws where nobody can catch it when a trailer is missing that it wants.
import { Metadata, status, type StatusObject } from '@grpc/grpc-js';
import { messageOf } from '../storage/message-of.js';

/** The largest append, in bytes: Σ(data + metadata + 2·length of type). */
export const MAX_APPEND_SIZE = 1024 * 1024;

/** An error on its way to a client. */
export class RpcError extends Error implements StatusObject {
  readonly code: status;
  readonly details: string;
  readonly metadata = new Metadata();

  constructor(code: status, message: string, trailers: Record<string, string | number> = {}) {
    super(message);
    this.code = code;
    this.details = message;
    for (const [name, value] of Object.entries(trailers)) this.metadata.set(name, ascii(String(value)));
  }
}

/** Trailers are ASCII: the bytes of other characters are percent-encoded. */
export const ascii = (text: string): string =>
  text.replace(/[^\x20-\x7e]+/gu, (other) =>
    Array.from(Buffer.from(other), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );

/** A request that cannot be meant as it is. */
export class BadRequest extends RpcError {
  constructor(message: string, trailers: Record<string, string | number> = {}) {
    super(status.INVALID_ARGUMENT, message, trailers);
  }

  static missingMetadata(): BadRequest {
    return new BadRequest('Required metadata property missing: type, content-type', {
      exception: 'missing-required-metadata-property',
      'required-metadata-properties': 'type,content-type',
    });
  }
}

export const tooLarge = (): RpcError =>
  new RpcError(status.INVALID_ARGUMENT, `Maximum Append Size of ${MAX_APPEND_SIZE} bytes exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': MAX_APPEND_SIZE,
  });

export const streamDeleted = (stream: string): RpcError =>
  new RpcError(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': stream,
  });

export const wrongExpectedVersion = (stream: string, expected: string | number, actual: number): RpcError =>
  new RpcError(
    status.FAILED_PRECONDITION,
    `Append failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: ${expected}, Actual version: ${actual}`,
    {
      exception: 'wrong-expected-version',
      'stream-name': stream,
      'expected-version': expected,
      'actual-version': actual,
    },
  );

export const cancelled = (message: string): RpcError => new RpcError(status.CANCELLED, message);
export const unavailable = (message: string): RpcError => new RpcError(status.UNAVAILABLE, message);
export const unknown = (message: string): RpcError => new RpcError(status.UNKNOWN, message);

/** Whatever was thrown, as something a call can end with; a message that is no message is the sender's fault. */
export const asRpcError = (error: unknown): RpcError => {
  if (error instanceof RpcError) return error;
  if (error instanceof RangeError) return new BadRequest(error.message);
  return new RpcError(status.INTERNAL, messageOf(error));
};
