import { once } from 'node:events';
import type { FastifyReply } from 'fastify';

const KEEP_ALIVE_MS = 15_000;

/** An answer of server-sent events that is under way. */
export interface EventStream {
  /** Aborts when the client has left or the service stops. */
  readonly gone: AbortSignal;
  /** Sends text as it stands, and resolves when the client has read enough of what it was sent, or has left. */
  send(text: string): Promise<void>;
}

/**
 * Begins an answer of server-sent events; what can still be refused is refused before. A client that hears nothing is told now and
 * then that the stream is still here, and comes back a second after it has lost it.
 *
 * @param ended ends it from this side
 */
export function openEventStream(reply: FastifyReply, ended: AbortSignal): EventStream {
  reply.hijack();
  const out = reply.raw;
  const gone = new AbortController();
  const leave = () => gone.abort();
  out.on('close', leave);
  out.on('error', leave);
  const end = () => void out.end(leave);
  ended.addEventListener('abort', end, { signal: gone.signal });
  out.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    connection: 'keep-alive',
    'x-accel-buffering': 'no',
  });
  out.write('retry: 1000\n\n');
  let quiet = true;
  const keepAlive = setInterval(() => {
    if (quiet && !out.writableNeedDrain) out.write(': still here\n\n');
    quiet = true;
  }, KEEP_ALIVE_MS);
  gone.signal.addEventListener('abort', () => clearInterval(keepAlive), { once: true });
  if (ended.aborted) end();
  if (out.destroyed) leave();
  return {
    gone: gone.signal,
    send: async (text) => {
      if (gone.signal.aborted || out.writableEnded) return;
      quiet = false;
      if (!out.write(text)) await once(out, 'drain', { signal: gone.signal }).catch(() => undefined);
    },
  };
}
