import { createHash } from 'node:crypto';
import { sql, type PostgresPool, type PostgresPoolClient, type RawBuilder } from 'kysely';
import type pg from 'pg';

const MARK = '/* prepared */';

/**
 * A statement that is run again and again: each connection parses and plans it once (a third of the time of a small one on the embedded
 * engine). For those whose plan depends neither on their parameters nor on how large a table has become: it may be kept for long.
 */
export const prepared = <T>(statement: RawBuilder<T>): RawBuilder<T> => sql<T>`${sql.raw(MARK)} ${statement}`;

/** The pool, whose connections keep the statements that are marked as prepared, and which ends as it is told. */
export function preparing(pool: pg.Pool, end: () => Promise<void>): PostgresPool {
  const names = new Map<string, string>();
  const nameOf = (text: string): string => {
    const name = names.get(text) ?? createHash('sha256').update(text).digest('base64url');
    names.set(text, name);
    return name;
  };
  const connect = async (): Promise<PostgresPoolClient> => {
    const client = await pool.connect();
    const query = (text: unknown, values: readonly unknown[] = []) => {
      if (typeof text !== 'string') throw new Error('nothing streams');
      return client.query({ ...(text.startsWith(MARK) ? { name: nameOf(text) } : {}), text, values: [...values] });
    };
    // `never`: each overload has its own result.
    return { query: query as () => never, release: (discard) => client.release(discard) };
  };
  return { options: pool.options, connect, end };
}
