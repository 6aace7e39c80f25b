import { sql, type ReadStore, type ReadStoreTransaction } from '@mo-ledger/read-store';
import type { Tables } from './define-table.js';

/** Makes a build's schema and its tables, with their primary keys alone: what else is indexed comes when they are filled. */
export async function createTables(tx: ReadStoreTransaction, schema: string, tables: Tables): Promise<void> {
  await sql`create schema ${sql.id(schema)}`.execute(tx);
  for (const [name, { columns, key }] of Object.entries(tables)) {
    const lines = Object.entries(columns).map(([column, { sql: type }]) => sql`${sql.id(column)} ${sql.raw(type)}`);
    const primary = sql`primary key (${sql.join(key.map((column) => sql.id(column)))})`;
    await sql`create table ${sql.id(schema, name)} (${sql.join([...lines, primary])})`.execute(tx);
    for (const [column, { storage }] of Object.entries(columns)) {
      if (!storage) continue;
      const altered = sql`alter table ${sql.id(schema, name)} alter column ${sql.id(column)}`;
      await sql`${altered} set storage ${sql.raw(storage)}`.execute(tx);
    }
  }
}

/**
 * Makes the secondary indexes, and lets the planner know the tables as they are now. What an interrupted call has
 * made is not made again.
 */
export async function createIndexes({ db }: ReadStore, schema: string, tables: Tables): Promise<void> {
  const slowly = (statement: ReturnType<typeof sql>): Promise<unknown> =>
    db.transaction().execute(async (tx) => {
      // However many rows there are: no statement of a reader takes so long.
      await sql`set local statement_timeout = 0`.execute(tx);
      await statement.execute(tx);
    });
  for (const [name, { indexes }] of Object.entries(tables)) {
    for (const [number, index] of indexes.entries())
      await slowly(
        sql`create index if not exists ${sql.id(`${name}_${number + 1}`)} on ${sql.id(schema, name)} ${sql.raw(index)}`,
      );
    await slowly(sql`analyze ${sql.id(schema, name)}`);
  }
}

/** Whether all of a build's tables are there: somebody may have dropped them by hand to have them built anew. */
export async function hasTables(tx: ReadStoreTransaction, schema: string, tables: Tables): Promise<boolean> {
  const { rows } = await sql<{ name: string }>`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${schema} and c.relkind = 'r'`.execute(tx);
  const there = new Set(rows.map(({ name }) => name));
  return Object.keys(tables).every((name) => there.has(name));
}
