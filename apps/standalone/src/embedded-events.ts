import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startEventStoreThread, type EventStoreThread } from '@mo-ledger/embedded-event-store/thread';
import { Settings } from '@mo-ledger/http/settings';

const TRIES = 25;
const PAUSE_MS = 200;

/**
 * Opens the embedded event store in `DATA_DIR/events`. A folder in use is tried again for a few seconds: its holder may just be giving
 * it up. Where the store dies this process ends, and is started again.
 */
export async function openEventStore(dataDir: string): Promise<EventStoreThread> {
  const dir = join(dataDir, 'events');
  await mkdir(dir, { recursive: true });
  // Started again, it serves where it did, unless somebody else has that port now.
  let port = new Settings().integer('EVENT_STORE_PORT', 0, { max: 65_535 });
  for (let tries = 1; ; tries++) {
    try {
      return await startEventStoreThread({ dir, port }, (error) => {
        console.error(`the event store has ended: ${error.message}`);
        process.exit(1);
      });
    } catch (error) {
      const { message } = error as Error;
      if (message.includes('EADDRINUSE')) port = 0;
      else if (!message.includes('in use by the process') || tries === TRIES) throw new EventStoreNotOpened(message);
      await delay(PAUSE_MS);
    }
  }
}

/** The embedded event store cannot be opened; the message says why. */
class EventStoreNotOpened extends Error {
  readonly code = 'EVENT_STORE_NOT_OPENED';
}
