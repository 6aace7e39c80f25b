import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import type { Answer, Writes } from './writer.js';
import { openForReading } from './open.js';

const isWritable = (path: string): boolean => {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
};

/** Whether there are events in a folder that nothing can be written to. */
export const isReadOnly = (dir: string, file: string): boolean =>
  existsSync(file) && !(isWritable(dir) && isWritable(file));

/** Opens a database where not even the files beside it can be created. */
export const openImmutable = (file: string): DatabaseSync => {
  const log = statSync(`${file}-wal`, { throwIfNoEntry: false });
  // With something in its write-ahead log the database is only complete together with it.
  if (log && log.size > 0) return openForReading(file);
  const url = pathToFileURL(file);
  url.searchParams.set('immutable', '1');
  return new DatabaseSync(url, { readOnly: true });
};

const REASON = 'the folder is read-only; make it writable and start the event store again';

/** Refuses everything. */
export const refusingWriter: Writes = {
  queuedBytes: 0,
  failure: REASON,
  whenBelow: (_bytes: number, then: () => void) => then(),
  submit: (_command: unknown, answer: Answer) => answer({ outcome: 'failed', message: REASON }),
  execute: () => Promise.resolve({ outcome: 'failed', message: REASON }),
  close: () => Promise.resolve(),
};
