import type { IncomingMessage } from 'node:http';

export interface BodyLimits {
  readonly maxBytes: number;
  /** How long a client may take to send it, in milliseconds. */
  readonly timeoutMs: number;
}

/** A refused body goes on arriving for this long and this much, so that its sender reads our answer; then the connection ends. */
const LINGER_MS = 5_000;
const LINGER_BYTES = 1024 * 1024;

/**
 * The bytes of a body, whatever its headers say of it: its length is counted, never believed. `gone` where the client gave up before the end.
 */
export function readBody(
  request: IncomingMessage,
  { maxBytes, timeoutMs }: BodyLimits,
): Promise<Buffer | 'too_large' | 'too_slow' | 'gone'> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.resolve('too_large');
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (result: Buffer | 'too_large' | 'too_slow' | 'gone') => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
      // A late error of a connection that we are done with is of no interest.
      if (typeof result === 'string') request.on('error', () => undefined);
      resolve(result);
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) return settle('too_large');
      chunks.push(chunk);
    };
    const onEnd = () => settle(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size));
    const onClose = () => settle('gone');
    const timer = setTimeout(() => settle('too_slow'), timeoutMs);
    request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}

/** Lets the rest of a refused body pass by. */
export function discardBody(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  let size = 0;
  const timer = setTimeout(() => request.destroy(), LINGER_MS).unref();
  request.on('error', () => undefined).once('close', () => clearTimeout(timer));
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > LINGER_BYTES) request.destroy();
  });
  request.resume();
}
