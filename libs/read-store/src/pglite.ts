import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { CompiledQuery, type DatabaseConnection, type Driver, type QueryResult } from 'kysely';
import { PARSERS, SESSION, type Engine } from './engine.js';
import { lockFolder } from './folder-lock.js';

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

async function open(files: string | undefined): Promise<PGlite> {
  const database = await PGlite.create({
    ...(files ? { dataDir: files } : {}),
    parsers: PARSERS,
    relaxedDurability: true,
  });
  // The embedded engine has no process that writes its log by and by: without this, a killed one loses everything since its last checkpoint.
  for (const [name, value] of Object.entries({ ...SESSION, synchronous_commit: 'on' }))
    await database.query('select set_config($1, $2, false)', [name, value]);
  return database;
}

const engineOf = (database: PGlite, closed: () => Promise<void>): Engine => ({
  kind: 'pglite',
  driver: new PgliteDriver(database, closed),
});

/**
 * PGlite has one connection: whoever works has it for himself, a transaction until it ends, and the others wait in order.
 * (Kysely's own driver lets a query into a transaction that somebody else has open.)
 */
class PgliteDriver implements Driver {
  readonly #connection: DatabaseConnection;
  #free: Promise<void> = Promise.resolve();
  readonly #release = new WeakMap<DatabaseConnection, () => void>();

  constructor(
    private readonly database: PGlite,
    private readonly closed: () => Promise<void>,
  ) {
    this.#connection = {
      executeQuery: (query) => this.#execute(query),
      streamQuery: () => {
        throw new Error('PGlite has no cursors: read by key, page after page');
      },
    };
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.#free;
    let release: () => void = () => undefined;
    this.#free = new Promise((resolve) => (release = resolve));
    await before;
    this.#release.set(this.#connection, release);
    return this.#connection;
  }

  async releaseConnection(): Promise<void> {
    this.#release.get(this.#connection)?.();
  }

  async beginTransaction(): Promise<void> {
    await this.#execute(CompiledQuery.raw('begin'));
  }

  async commitTransaction(): Promise<void> {
    await this.#execute(CompiledQuery.raw('commit'));
  }

  async rollbackTransaction(): Promise<void> {
    await this.#execute(CompiledQuery.raw('rollback'));
  }

  async destroy(): Promise<void> {
    await this.#free;
    if (!this.database.closed) await this.database.close();
    await this.closed();
  }

  async #execute<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { rows, affectedRows } = await this.database.query<R>(query.sql, [...query.parameters]);
    return { rows, ...(affectedRows === undefined ? {} : { numAffectedRows: BigInt(affectedRows) }) };
  }
}
