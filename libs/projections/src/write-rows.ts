import {
  json,
  jsonArray,
  sql,
  type RawBuilder,
  type ReadStoreTransaction,
  type StoredJson,
} from '@mo-ledger/read-store';
import type { Table } from './define-table.js';
import type { KeyChanges, Row, RowChanges } from './row-changes.js';

/** One document of rows stays far below what the engines take, however large the messages are. */
const ROWS_A_STATEMENT = 1_000;
const CHARACTERS_A_STATEMENT = 4_000_000;

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
    for (const row of (await statements.load(touched.map(json)).execute(tx)).rows) loaded.set(statements.id(row), row);

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
  for (const rows of inStatements(put)) await statements.put(rows).execute(tx);
  if (remove.length > 0) await statements.remove(remove.map(json)).execute(tx);
}

/** Rows in their stored form, as many as one statement should carry. */
function* inStatements(rows: readonly Row[]): Iterable<readonly StoredJson[]> {
  let some: StoredJson[] = [];
  let characters = 0;
  for (const row of rows) {
    const stored = json(row);
    if (some.length > 0 && characters + stored.text.length > CHARACTERS_A_STATEMENT) {
      yield some;
      some = [];
      characters = 0;
    }
    some.push(stored);
    characters += stored.text.length;
  }
  if (some.length > 0) yield some;
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

  load = (keys: readonly StoredJson[]): RawBuilder<Row> =>
    sql<Row>`select t.* from ${this.#table} t join ${this.#rows(keys)} k on ${this.#sameKey}`;

  put = (rows: readonly StoredJson[]): RawBuilder<unknown> => {
    const { columns, key } = this.definition;
    const others = Object.keys(columns).filter((column) => !key.includes(column));
    const update = sql.join(others.map((column) => sql`${sql.id(column)} = excluded.${sql.id(column)}`));
    const conflict = others.length > 0 ? sql`do update set ${update}` : sql`do nothing`;
    return sql`insert into ${this.#table} select * from ${this.#rows(rows)} k
      on conflict (${sql.join(key.map((column) => sql.id(column)))}) ${conflict}`;
  };

  remove = (keys: readonly StoredJson[]): RawBuilder<unknown> =>
    sql`delete from ${this.#table} t using ${this.#rows(keys)} k where ${this.#sameKey}`;

  #rows = (rows: readonly StoredJson[]) => sql`json_populate_recordset(null::${this.#table}, ${jsonArray(rows)}::json)`;

  get #sameKey() {
    return sql.join(
      this.definition.key.map((column) => sql`t.${sql.id(column)} = k.${sql.id(column)}`),
      sql` and `,
    );
  }
}
