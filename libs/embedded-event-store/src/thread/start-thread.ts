import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { EventStoreOptions } from '../event-store.js';
import { FROM_SOURCES } from '../storage/from-sources.js';
import type { ThreadAnswer } from './event-store-thread.js';

export interface EventStoreThread {
  /** A connection string for the client. */
  readonly url: string;
  readonly port: number;
  /** Ends open calls, lets what is being written be finished, and frees the folder. */
  close(): Promise<void>;
}

/**
 * Starts an event store in a thread of this process: it shares the process's memory, and never waits for this thread.
 *
 * @param onDeath receives the error where the thread ends without being closed: nothing can be recorded any more
 * @throws Error where the folder or the port is taken; its message says which
 */
export async function startEventStoreThread(
  options: EventStoreOptions,
  onDeath: (error: Error) => void,
): Promise<EventStoreThread> {
  const compiled = import.meta.url.endsWith('.js');
  const entry = new URL(compiled ? './event-store-thread.js' : './event-store-thread.ts', import.meta.url);
  const thread = new Worker(entry, { workerData: options, ...(!compiled && { execArgv: FROM_SOURCES }) });
  const [answer] = (await once(thread, 'message')) as [ThreadAnswer];
  if ('problem' in answer) throw new Error(answer.problem);
  let closing = false;
  thread.on('error', onDeath);
  thread.on('exit', (code) => {
    if (!closing) onDeath(new Error(`the event store's thread ended with ${code}`));
  });
  const close = async (): Promise<void> => {
    if (closing) return;
    closing = true;
    const ended = once(thread, 'exit');
    thread.postMessage('close');
    await ended;
  };
  return { ...answer, close };
}
