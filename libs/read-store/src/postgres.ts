import pg from 'pg';
import { CompiledQuery, PostgresDialect, type Driver } from 'kysely';
import { PARSERS, SESSION, type Engine } from './engine.js';

const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    // The text format is the only one that is asked for; pg's declaration has an overload for each.
    (PARSERS[oid] ?? pg.types.getTypeParser(oid, format as 'text')) as never,
};

/** A pool of connections to PostgreSQL. Connections that break are replaced; the statement that was under way fails. */
export function openPostgres(url: string, mostConnections: number): Engine {
  const pool = new pg.Pool({
    connectionString: url,
    max: mostConnections,
    types,
    application_name: 'mo-ledger',
    connectionTimeoutMillis: 5_000,
    statement_timeout: 60_000,
    keepAlive: true,
  });
  // A connection that breaks is taken out of the pool by the pool itself, and a statement that was under way fails; but unheard, the
  // event would end the process: of an idle connection the pool tells it, of one in use (between two statements) the client.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const driver: Driver = new PostgresDialect({
    pool,
    onCreateConnection: async (connection) => {
      await connection.executeQuery(CompiledQuery.raw(SESSION));
    },
  }).createDriver();
  return { kind: 'postgres', driver };
}
