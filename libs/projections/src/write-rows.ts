import {
  json,
  jsonArray,
  sql,
  type RawBuilder,
  type ReadStoreTransaction,
  type StoredJson,
} from '@mo-ledger/read-store';
import type { Table } from './define-table.js';
import { idOf, type Change, type KeyChanges, type Row, type RowChanges } from './row-changes.js';

/** One document of rows stays far below what the engines take, however large the messages are. */
const ROWS_A_STATEMENT = 1_000;
const CHARACTERS_A_STATEMENT = 4_000_000;

/** Loads the rows that a batch touches, folds its changes in order, and writes each table: one query and one statement a table. */
export async function writeRows(tx: ReadStoreTransaction, schema: string, changes: RowChanges): Promise<void> {
  for (const { name, table, keys } of changes.byTable()) {
    const statements = new TableStatements(schema, name, table);
    const stored = await loadRows(tx, statements, keys);
    const put: Row[] = [];
    const remove: StoredJson[] = [];
    for (const [id, changed] of keys) {
      const before = stored.get(id);
      const row = changed.changes.reduce<Row | undefined>(folded, changed.put ?? before);
      if (row === undefined) remove.push(statements.key(changed.key));
      else if (row !== before) put.push(row);
    }
    for (const rows of inStatements(put)) await statements.put(rows).execute(tx);
    for (const some of inPieces(remove)) await statements.remove(some).execute(tx);
  }
}

/** The row after a change; undefined: there is none. */
function folded(row: Row | undefined, change: Change): Row | undefined {
  const next = change(row);
  return next === undefined ? row : (next ?? undefined);
}

async function loadRows(
  tx: ReadStoreTransaction,
  statements: TableStatements,
  keys: ReadonlyMap<string, KeyChanges>,
): Promise<Map<string, Row>> {
  const touched: StoredJson[] = [];
  for (const { key, put } of keys.values()) if (put === null) touched.push(statements.key(key));
  const loaded = new Map<string, Row>();
  for (const some of inPieces(touched))
    for (const row of (await statements.load(some).execute(tx)).rows) loaded.set(statements.id(row), row);
  return loaded;
}

function* inPieces<T>(items: readonly T[]): Iterable<readonly T[]> {
  for (let from = 0; from < items.length; from += ROWS_A_STATEMENT) yield items.slice(from, from + ROWS_A_STATEMENT);
}

/** Rows in their stored form, as many as one statement should carry. */
function* inStatements(rows: readonly Row[]): Iterable<readonly StoredJson[]> {
  let some: StoredJson[] = [];
  let characters = 0;
  for (const row of rows) {
    const stored = json(row);
    if (
      some.length === ROWS_A_STATEMENT ||
      (some.length > 0 && characters + stored.text.length > CHARACTERS_A_STATEMENT)
    ) {
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

  id = (row: Row): string => idOf(this.definition.key, row);

  /** The key's columns alone. */
  key = (row: Row): StoredJson => json(Object.fromEntries(this.definition.key.map((column) => [column, row[column]])));

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
