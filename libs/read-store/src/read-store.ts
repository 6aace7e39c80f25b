import { Kysely, PostgresDialect, sql, type PostgresPool, type PostgresPoolClient, type Transaction } from 'kysely';
import pg from 'pg';
import { nameOf, toStored } from './parameters.js';
import { toQueryFailed } from './query-failed.js';
import { RESULT_TYPES } from './results.js';

export interface ReadStoreOptions {
  /** `postgres://…` */
  readonly url: string;
  /** The most connections; default 10. */
  readonly mostConnections?: number;
  /** The server ends a statement that takes longer, in milliseconds; default 60,000. */
  readonly statementTimeoutMs?: number;
}

/** Tables of any name: each read model types its own. */
export type AnyDatabase = Record<string, Record<string, unknown>>;

/** The read models' database. Any text can be stored; an int8 is a string, a time an ISO string. */
export interface ReadStore {
  readonly db: Kysely<AnyDatabase>;
  close(): Promise<void>;
}

export type ReadStoreTransaction = Transaction<AnyDatabase>;

const OLDEST_VERSION = 15;
const KEEP_ALIVE_SECONDS = 10;
const CONNECT_MS = 5_000;

const SESSION = {
  timezone: 'UTC',
  // Rows and checkpoint are lost together in a crash of the server, and the log has them all: a commit need not wait for the disk.
  synchronous_commit: 'off',
  // A machine that is gone must not keep rows locked: another one takes its work over.
  idle_in_transaction_session_timeout: '15s',
  lock_timeout: '10s',
  tcp_keepalives_idle: String(KEEP_ALIVE_SECONDS),
  tcp_keepalives_interval: '5',
  tcp_keepalives_count: '3',
};

/**
 * Opens the read models' database. It connects when the first statement comes, and connects again after a connection is lost; the
 * statement that was under way fails. Every failure is a QueryFailed.
 */
export function openReadStore({ url, mostConnections = 10, statementTimeoutMs = 60_000 }: ReadStoreOptions): ReadStore {
  const pool = new pg.Pool({
    connectionString: url,
    max: mostConnections,
    types: RESULT_TYPES,
    // Part of the connection's start: a connection that breaks between its start and a first statement would be lost to the pool.
    options: Object.entries(SESSION)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
    application_name: 'mo-ledger',
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: statementTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_SECONDS * 1_000,
  });
  // The pool removes a broken connection by itself; without a listener the event would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const db = new Kysely<AnyDatabase>({ dialect: new PostgresDialect({ pool: translating(pool) }) });
  return { db, close: () => db.destroy() };
}

/** Why the database cannot be used now, in one line; null where it can. */
export async function problemOf({ db }: ReadStore): Promise<string | null> {
  try {
    const { rows } = await sql<{ version: number }>`
      select current_setting('server_version_num')::int4 / 10000 as version`.execute(db);
    const version = rows[0]?.version ?? 0;
    return version >= OLDEST_VERSION ? null : `it is PostgreSQL ${version}, and ${OLDEST_VERSION} or newer is needed`;
  } catch (error) {
    return (error as Error).message.split('\n', 1)[0] ?? 'it does not answer';
  }
}

/** The pool with every parameter made storable, every marked statement prepared, and every error a QueryFailed. */
function translating(pool: pg.Pool): PostgresPool {
  const connect = async (): Promise<PostgresPoolClient> => {
    const client = await pool.connect().catch((error: unknown) => {
      throw toQueryFailed(error, 'connect');
    });
    const query = async (text: unknown, values: readonly unknown[] = []) => {
      if (typeof text !== 'string')
        throw new Error('read page after page: a cursor would hold a connection for as long as the client likes');
      const name = nameOf(text);
      try {
        return await client.query({ ...(name && { name }), text, values: values.map(toStored) });
      } catch (error) {
        throw toQueryFailed(error, text);
      }
    };
    // `never`: each overload of the interface has its own result.
    return { query: query as () => never, release: (discard) => client.release(discard) };
  };
  return { connect, end: () => pool.end() };
}
