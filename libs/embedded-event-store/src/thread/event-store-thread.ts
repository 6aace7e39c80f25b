import { parentPort, workerData } from 'node:worker_threads';
import { startEventStore, type EventStoreOptions } from '../event-store.js';
import { messageOf } from '../storage/message-of.js';

/** What the thread answers once: where it serves, or why it cannot. */
export type ThreadAnswer = { readonly url: string; readonly port: number } | { readonly problem: string };

const answer = (message: ThreadAnswer): void => parentPort?.postMessage(message);

try {
  const store = await startEventStore(workerData as EventStoreOptions);
  parentPort?.once('message', () => void store.close().then(() => process.exit(0)));
  answer({ url: store.url, port: store.port });
} catch (error) {
  answer({ problem: messageOf(error) });
  process.exit(1);
}
