import { json, sql, type RawBuilder, type ReadStoreTransaction } from '@mo-ledger/read-store';
import type { Table } from './define-table.js';
import type { KeyChanges, Row, RowChanges } from './row-changes.js';

/** How many rows go into one statement: one document of them all must stay far below PostgreSQL's limits, with messages of 64 KiB each. */
const ROWS_A_STATEMENT = 1_000;

/** Loads the rows that a batch touches, folds its changes in order, and writes each table: one query and one statement a table. */
export async function writeRows(tx: ReadStoreTransaction, schema: string, changes: RowChanges): Promise<void> {
  for (const { name, table, keys } of changes.byTable()) {
    for (let from = 0; from < keys.length; from += ROWS_A_STATEMENT)
      await writeTable(tx, new TableStatements(schema, name, table), keys.slice(from, from + ROWS_A_STATEMENT));
  }
}

async function writeTable(
  tx: ReadStoreTransaction,
  statements: TableStatements,
  keys: readonly KeyChanges[],
): Promise<void> {
  const touched = keys.filter(({ needsRow }) => needsRow).map(({ key }) => key);
  const loaded = new Map<string, Row>();
  if (touched.length > 0)
    for (const row of (await statements.load(touched).execute(tx)).rows) loaded.set(statements.id(row), row);

  const put: Row[] = [];
  const remove: Row[] = [];
  for (const { key, changes } of keys) {
    const before = loaded.get(statements.id(key));
    let row: Row | null | undefined = before;
    for (const change of changes) {
      const next = change(row ?? undefined);
      if (next !== undefined) row = next;
    }
    if (row && row !== before) put.push(row);
    else if (!row) remove.push(key);
  }
  if (put.length > 0) await statements.put(put).execute(tx);
  if (remove.length > 0) await statements.remove(remove).execute(tx);
}

class TableStatements {
  readonly #table: RawBuilder<unknown>;

  constructor(
    schema: string,
    name: string,
    private readonly definition: Table,
  ) {
    this.#table = sql.id(schema, name);
  }

  id = (row: Row): string => JSON.stringify(this.definition.key.map((column) => row[column]));

  load = (keys: readonly Row[]): RawBuilder<Row> =>
    sql<Row>`select t.* from ${this.#table} t join ${this.#rows(keys)} k on ${this.#sameKey}`;

  put = (rows: readonly Row[]): RawBuilder<unknown> => {
    const { columns, key } = this.definition;
    const others = Object.keys(columns).filter((column) => !key.includes(column));
    const update = sql.join(others.map((column) => sql`${sql.id(column)} = excluded.${sql.id(column)}`));
    const conflict = others.length > 0 ? sql`do update set ${update}` : sql`do nothing`;
    return sql`insert into ${this.#table} select * from ${this.#rows(rows)} k
      on conflict (${sql.join(key.map((column) => sql.id(column)))}) ${conflict}`;
  };

  remove = (keys: readonly Row[]): RawBuilder<unknown> =>
    sql`delete from ${this.#table} t using ${this.#rows(keys)} k where ${this.#sameKey}`;

  #rows = (rows: readonly Row[]) => sql`json_populate_recordset(null::${this.#table}, ${json(rows)}::json)`;

  get #sameKey() {
    return sql.join(
      this.definition.key.map((column) => sql`t.${sql.id(column)} = k.${sql.id(column)}`),
      sql` and `,
    );
  }
}
