import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const LOCK = 'lock.db';
const OWNER = 'lock.pid';

/** Another process has the folder; the message names it. */
export class FolderLocked extends Error {
  readonly code = 'FOLDER_LOCKED';
  constructor(dir: string) {
    super(`the folder ${dir} is in use by the process ${ownerOf(dir)}`);
  }
}

/**
 * Locks a folder for this process. The lock is the operating system's, by way of SQLite: it ends with its process, however that ends.
 * The file beside it only names the holder.
 *
 * @returns what releases the lock
 * @throws FolderLocked
 */
export function lockFolder(dir: string): () => void {
  const lock = new DatabaseSync(join(dir, LOCK));
  try {
    lock.exec('pragma busy_timeout = 0; pragma journal_mode = delete; begin exclusive');
  } catch (error) {
    lock.close();
    if (/locked|busy/i.test((error as Error).message)) throw new FolderLocked(dir);
    throw error;
  }
  try {
    writeFileSync(join(dir, OWNER), `${process.pid}\n`);
  } catch {
    // The disk may be full. The lock holds without the file, which only names the holder.
  }
  return () => {
    rmSync(join(dir, OWNER), { force: true });
    lock.exec('rollback');
    lock.close();
  };
}

function ownerOf(dir: string): string {
  try {
    return readFileSync(join(dir, OWNER), 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
