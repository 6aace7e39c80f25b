import pg from 'pg';
import { SESSION, TYPES, type Engine } from './engine.js';
import { preparing } from './prepared.js';

export interface PostgresOptions {
  readonly mostConnections: number;
  /** The server ends a statement that takes longer. */
  readonly statementTimeoutMs: number;
}

/** A commit need not wait for the disk: rows and checkpoint go together, and the log has it all. */
const UNHURRIED = { synchronous_commit: 'off' };

const KEEP_ALIVE_SECONDS = 10;
/**
 * A machine that is gone, without a word, must not keep rows locked: another one takes its work over after its lease. No transaction
 * waits for its program for as long as this.
 */
const GIVEN_UP = {
  idle_in_transaction_session_timeout: '15s',
  // What waits behind somebody's lock is tried again, like a connection that is lost; it is not the statement's fault.
  lock_timeout: '10s',
  tcp_keepalives_idle: String(KEEP_ALIVE_SECONDS),
  tcp_keepalives_interval: '5',
  tcp_keepalives_count: '3',
};

/** A pool of connections to PostgreSQL. Connections that break are replaced; the statement that was under way fails. */
export function openPostgres(url: string, { mostConnections, statementTimeoutMs }: PostgresOptions): Engine {
  const pool = new pg.Pool({
    connectionString: url,
    max: mostConnections,
    types: TYPES,
    // In the connection's start, not in a statement after it: one that is cut in between would be lost to the pool.
    options: Object.entries({ ...SESSION, ...UNHURRIED, ...GIVEN_UP })
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
    application_name: 'mo-ledger',
    connectionTimeoutMillis: 5_000,
    statement_timeout: statementTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_SECONDS * 1_000,
  });
  // A connection that breaks is taken out of the pool by the pool itself, and a statement that was under way fails; but unheard, the
  // event would end the process: of an idle connection the pool tells it, of one in use (between two statements) the client.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return { kind: 'postgres', pool: preparing(pool, () => pool.end()) };
}
