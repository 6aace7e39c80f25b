import {
  Kysely,
  PostgresAdapter,
  PostgresDriver,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type Dialect,
  type Transaction,
} from 'kysely';
import { openPglite } from './pglite.js';
import { openPostgres } from './postgres.js';
import { TranslatingDriver } from './translating-driver.js';

export interface ReadStoreOptions {
  /** `postgres://…`; without it the embedded engine is used. */
  readonly url?: string | undefined;
  /** The embedded engine's folder; without it (and without a URL) everything is in memory. */
  readonly dir?: string | undefined;
  /** The most connections to PostgreSQL; default 10. */
  readonly mostConnections?: number;
  /** How long a statement may take on PostgreSQL, in milliseconds; default 60,000. */
  readonly statementTimeoutMs?: number;
  /** Told where the embedded engine could not open its folder and began a new one. */
  readonly onSetAside?: (dir: string, movedTo: string, error: unknown) => void;
}

/** Tables of any name: each read model types its own. */
export type AnyDatabase = Record<string, Record<string, unknown>>;

/** The read models' database. Any text can be stored; int8 is a string, a time an ISO string. */
export interface ReadStore {
  readonly kind: 'pglite' | 'postgres';
  readonly db: Kysely<AnyDatabase>;
  close(): Promise<void>;
}

export type ReadStoreTransaction = Transaction<AnyDatabase>;

/**
 * Opens the read models' database: PostgreSQL by its URL, or PGlite in a folder. One code path above this function.
 *
 * @throws FolderLocked where another process has the folder
 */
export async function openReadStore(options: ReadStoreOptions = {}): Promise<ReadStore> {
  const { url, dir, mostConnections = 10, statementTimeoutMs = 60_000, onSetAside = () => undefined } = options;
  const engine = url ? openPostgres(url, { mostConnections, statementTimeoutMs }) : await openPglite(dir, onSetAside);
  const dialect: Dialect = {
    createDriver: () => new TranslatingDriver(new PostgresDriver({ pool: engine.pool })),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
  };
  const db = new Kysely<AnyDatabase>({ dialect });
  return { kind: engine.kind, db, close: () => db.destroy() };
}
