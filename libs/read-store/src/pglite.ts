import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { createPgConfig } from '@electric-sql/pglite/node-postgres';
import pg from 'pg';
import { SESSION, TYPES, type Engine } from './engine.js';
import { lockFolder } from './folder-lock.js';
import { beginCluster } from './new-cluster.js';
import { preparing } from './prepared.js';

/**
 * PGlite in a folder, which is locked for this process. Without a folder it is in memory, for specs.
 * A folder that PGlite does not open is set aside under another name, with one call of `onSetAside`, and a new one is begun.
 *
 * @throws FolderLocked where another process has the folder
 */
export async function openPglite(
  dir: string | undefined,
  onSetAside: (dir: string, movedTo: string, error: unknown) => void,
): Promise<Engine> {
  if (!dir) return engineOf(await open(undefined), async () => undefined);
  await mkdir(dir, { recursive: true });
  const unlock = await lockFolder(dir);
  const files = `${dir}/pglite`;
  if (!existsSync(files)) await beginCluster(files);
  try {
    return engineOf(await open(files), unlock);
  } catch (error) {
    if (!existsSync(files)) throw error;
    const movedTo = `${files}.unreadable-${new Date().toISOString().replace(/[:.]/g, '-')}`;
    await rename(files, movedTo);
    onSetAside(files, movedTo, error);
    return engineOf(await open(files), unlock);
  }
}

const SETTINGS = {
  ...SESSION,
  // The embedded engine has no process that writes its log by and by: without this, a killed one loses everything since its last checkpoint.
  synchronous_commit: 'on',
  // How much of a table `analyze` looks at, which nobody is served meanwhile: 40 ms for the messages with 10, 590 ms with 100, the default.
  default_statistics_target: '10',
};

async function open(files: string | undefined): Promise<PGlite> {
  const database = await PGlite.create({ ...(files ? { dataDir: files } : {}), relaxedDurability: true });
  for (const [name, value] of Object.entries(SETTINGS))
    await database.query('select set_config($1, $2, false)', [name, value]);
  return database;
}

/** It has one connection: whoever works has it for himself, a transaction until it ends, and the others wait in order. */
function engineOf(database: PGlite, closed: () => Promise<void>): Engine {
  const pool = new pg.Pool({ ...createPgConfig(database), max: 1, idleTimeoutMillis: 0, types: TYPES });
  const end = async (): Promise<void> => {
    await pool.end();
    if (!database.closed) await database.close();
    await closed();
  };
  return { kind: 'pglite', pool: preparing(pool, end) };
}
