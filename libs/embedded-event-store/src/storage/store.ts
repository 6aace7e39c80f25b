import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { EventLog } from './event-log.js';
import { lockFolder } from '@mo-ledger/folder-lock';
import { openForReading } from './open.js';
import { isReadOnly, openImmutable, refusingWriter } from './read-only.js';
import { Reader } from './reader.js';
import { DATABASE } from './schema.js';
import { Writer } from './writer.js';
import type { Committed, Writes } from './writer.js';

/** A folder with events, open: one writer, one reader, and the end of the log in memory. */
export interface Storage {
  file: string;
  writer: Writes;
  reader: Reader;
  log: EventLog;
  close(): Promise<void>;
}

/** Is told of every transaction. */
export interface StorageListener {
  committed?(batch: Committed): void;
  failed?(): void;
}

/**
 * Opens a folder, creating or migrating what is in it. Throws where another process has it open. A folder that is
 * read-only is served all the same, without appends.
 */
export const openStorage = async (dir: string, listener: StorageListener = {}): Promise<Storage> => {
  const file = join(dir, DATABASE);
  if (isReadOnly(dir, file)) return openReadOnly(file);
  mkdirSync(dir, { recursive: true });
  const unlock = lockFolder(dir);
  try {
    return await openWritable(file, listener, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
};

const openWritable = async (file: string, listener: StorageListener, unlock: () => void): Promise<Storage> => {
  const log = new EventLog();
  const { writer, end } = await Writer.open(file, {
    committed(batch) {
      log.publish(batch);
      listener.committed?.(batch);
    },
    failed: () => listener.failed?.(),
  });
  log.begin(end);
  const reader = new Reader(openForReading(file));
  const close = async (): Promise<void> => {
    // Before the writer: the last connection to close tidies up, which one that only reads cannot.
    reader.close();
    await writer.close();
    unlock();
  };
  if (end === 0) await writeFirstEvent(writer);
  return { file, writer, reader, log, close };
};

const openReadOnly = (file: string): Storage => {
  const reader = new Reader(openImmutable(file));
  const log = new EventLog();
  log.begin(reader.lastPosition());
  return { file, writer: refusingWriter, reader, log, close: () => Promise.resolve(reader.close()) };
};

/** A fresh store is never empty: `$all` begins with an event of the system. */
const writeFirstEvent = async (writer: Writer): Promise<void> => {
  const data = Buffer.from(JSON.stringify({ format: 'mo-ledger embedded event store' }));
  const event = { id: crypto.randomUUID(), type: '$storeCreated', isJson: true, data, metadata: Buffer.alloc(0) };
  const command = { kind: 'append', stream: '$store', expected: -1, events: 1, deadline: Infinity } as const;
  const result = await writer.execute(command, [event]);
  if (result.outcome === 'failed') throw new Error(result.message);
};
