import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { messageOf } from './message-of.js';

const LOCK = 'lock.db';
const OWNER = 'lock.pid';

const ownerOf = (dir: string): string => {
  try {
    return readFileSync(join(dir, OWNER), 'utf8').trim();
  } catch {
    return 'unknown';
  }
};

/**
 * One process a folder. The lock is one of the operating system's (SQLite's, on a file of its own), so it goes with
 * its process however that ends; the file beside it only names the holder. Returns what releases it.
 */
export const lockFolder = (dir: string): (() => void) => {
  const lock = new DatabaseSync(join(dir, LOCK));
  try {
    lock.exec('pragma busy_timeout = 0; pragma journal_mode = delete; begin exclusive');
  } catch (error) {
    lock.close();
    if (!/locked|busy/i.test(messageOf(error))) throw error;
    throw new Error(`the folder ${dir} is in use by the process ${ownerOf(dir)}`, { cause: error });
  }
  writeFileSync(join(dir, OWNER), `${process.pid}\n`);
  return () => {
    rmSync(join(dir, OWNER), { force: true });
    lock.exec('rollback');
    lock.close();
  };
};
