import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely';
import { escapeText, storableJson, unescapeJson, unescapeText } from './any-text.js';

/** A parameter in its stored form. */
export class Stored {
  constructor(readonly text: string) {}
}

/** One JSON document: a parameter for json columns and for `json_populate_recordset`. */
export const json = (value: unknown): Stored => new Stored(storableJson(value));

/**
 * A statement was refused or its connection was lost. Parameters and rows are left out on purpose: they are personal, and errors are logged.
 */
export class QueryFailed extends Error {
  readonly code = 'QUERY_FAILED';
  constructor(
    message: string,
    /** PostgreSQL's SQLSTATE, where the server answered. */
    readonly sqlState: string | null,
    readonly sql: string,
  ) {
    super(message);
  }
}

/** The one place where parameters are made storable and rows are turned back, whatever the engine and whoever asks. */
export class TranslatingDriver implements Driver {
  readonly #connections = new WeakMap<DatabaseConnection, Translating>();

  constructor(private readonly driver: Driver) {}

  init = () => this.driver.init();
  destroy = () => this.driver.destroy();

  async acquireConnection(): Promise<Translating> {
    const connection = await this.driver.acquireConnection().catch(failed('connect'));
    const known = this.#connections.get(connection) ?? new Translating(connection);
    this.#connections.set(connection, known);
    return known;
  }

  releaseConnection = (connection: Translating) => this.driver.releaseConnection(connection.inner);
  beginTransaction = (connection: Translating, settings: Parameters<Driver['beginTransaction']>[1]) =>
    this.driver.beginTransaction(connection.inner, settings).catch(failed('begin'));
  commitTransaction = (connection: Translating) =>
    this.driver.commitTransaction(connection.inner).catch(failed('commit'));
  rollbackTransaction = (connection: Translating) =>
    this.driver.rollbackTransaction(connection.inner).catch(failed('rollback'));
}

class Translating implements DatabaseConnection {
  constructor(readonly inner: DatabaseConnection) {}

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    try {
      const result = await this.inner.executeQuery<R>({ ...query, parameters: query.parameters.map(toStored) });
      return { ...result, rows: result.rows.map(fromStored) };
    } catch (error) {
      throw toFailure(error, query.sql);
    }
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('read by key, page after page: a cursor would hold a connection for as long as the client likes');
  }
}

function toStored(parameter: unknown): unknown {
  if (typeof parameter === 'string') return escapeText(parameter);
  if (typeof parameter === 'bigint') return String(parameter);
  if (parameter instanceof Stored) return parameter.text;
  if (Array.isArray(parameter)) return parameter.map(toStored);
  return parameter;
}

function fromStored<R>(row: R): R {
  const translated: Record<string, unknown> = {};
  for (const [column, value] of Object.entries(row as Record<string, unknown>))
    translated[column] =
      typeof value === 'string' ? unescapeText(value) : typeof value === 'object' ? unescapeJson(value) : value;
  return translated as R;
}

// A connection may break in any of these, too.
const failed = (statement: string) => (error: unknown) => {
  throw toFailure(error, statement);
};

function toFailure(error: unknown, statement: string): QueryFailed {
  const { message, code } = error as { message?: string; code?: unknown };
  return new QueryFailed(message ?? 'the statement failed', typeof code === 'string' ? code : null, statement);
}
