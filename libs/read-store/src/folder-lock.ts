import { linkSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Another process works on the folder. */
export class FolderLocked extends Error {
  readonly code = 'FOLDER_LOCKED';
  constructor(dir: string, holder: string) {
    super(`${dir} is in use by process ${holder}; stop it, or use another folder`);
  }
}

interface Holder {
  readonly pid: number;
  /** When that process began, in the system's own count: tells it from a later process with the same id. */
  readonly begun: string | null;
}

/**
 * Locks a folder for this process by a file that names it; a lock whose holder is gone (`kill -9`) is taken over.
 * Returns what unlocks it. PGlite does not lock its folder itself, and two writers destroy it.
 *
 * @throws FolderLocked
 */
export async function lockFolder(dir: string): Promise<() => Promise<void>> {
  const file = join(dir, 'lock');
  const mine = JSON.stringify({ pid: process.pid, begun: begunOf(process.pid) } satisfies Holder);
  for (let attempt = 0; ; attempt++) {
    if (createWhole(dir, file, mine)) break;
    const holder = readHolder(file);
    if (holder && (isAlive(holder) || attempt > 3)) throw new FolderLocked(dir, String(holder.pid));
    // Two who both find a dead holder: the file that each removes is compared first, so that a fresh lock is not removed.
    if (JSON.stringify(readHolder(file)) === JSON.stringify(holder)) rmSync(file, { force: true });
  }
  return async () => {
    if (read(file) === mine) rmSync(file, { force: true });
  };
}

/** Creates the file with its content in one step (a hard link fails where there is one): nobody ever reads a half-written lock. */
function createWhole(dir: string, file: string, content: string): boolean {
  const temporary = mkdtempSync(join(dir, '.lock-'));
  try {
    const whole = join(temporary, 'lock');
    writeFileSync(whole, content);
    linkSync(whole, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

const read = (file: string): string | null => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
};

const readHolder = (file: string): Holder | null => {
  try {
    return JSON.parse(read(file) ?? 'null') as Holder | null;
  } catch {
    return null;
  }
};

function isAlive({ pid, begun }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return begun === null || begunOf(pid) === null || begunOf(pid) === begun;
}

/** Field 22 of Linux's /proc/<pid>/stat; null elsewhere. */
function begunOf(pid: number): string | null {
  const stat = read(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}
