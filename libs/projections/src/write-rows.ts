import {
  json,
  prepared,
  sql,
  Stored,
  textArray,
  type RawBuilder,
  type ReadStoreTransaction,
} from '@mo-ledger/read-store';
import type { Column, Table } from './define-table.js';
import type { RowCache, Written } from './row-cache.js';
import { idOf, type Change, type KeyChanges, type Row, type RowChanges } from './row-changes.js';

/** What one statement carries at most, so that its memory does not grow with the messages. */
const ROWS_A_STATEMENT = 1_000;
const CHARACTERS_A_STATEMENT = 4_000_000;

/**
 * Loads the rows that a batch touches, folds its changes in order, and writes each table: one query and a few statements a table. Of rows
 * that are known only the columns that differ are written: a long text that stays as it is would be compressed again each time.
 *
 * @returns the rows as they are once this is committed
 */
export async function writeRows(
  tx: ReadStoreTransaction,
  schema: string,
  changes: RowChanges,
  cache: RowCache,
): Promise<Written> {
  const written: Written = [];
  for (const { name, table, keys } of changes.byTable()) {
    const statements = new TableStatements(schema, name, table);
    const stored = await loadRows(tx, statements, keys, (id) => cache.get(name, id));
    const put: Row[] = [];
    const changed: Row[] = [];
    const remove: Row[] = [];
    const differing = new Set<string>();
    for (const [id, { key, put: begun, changes: some }] of keys) {
      const before = stored.get(id);
      const row = some.reduce<Row | undefined>(folded, begun ?? before);
      written.push({ table: name, id, row });
      if (row === undefined) remove.push(key);
      else if (before === undefined) put.push(row);
      else if (row !== before) {
        changed.push(row);
        for (const column of statements.others) if (row[column] !== before[column]) differing.add(column);
      }
    }
    for (const columns of statements.inPieces(put)) await statements.put(columns).execute(tx);
    if (differing.size > 0)
      for (const columns of statements.inPieces(changed, [...statements.key, ...differing]))
        await statements.update(columns).execute(tx);
    for (const columns of statements.inPieces(remove, statements.key)) await statements.remove(columns).execute(tx);
  }
  return written;
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
  known: (id: string) => Row | undefined,
): Promise<Map<string, Row>> {
  const touched: Row[] = [];
  const loaded = new Map<string, Row>();
  for (const [id, { key, put }] of keys) {
    if (put !== null) continue;
    const row = known(id);
    if (row) loaded.set(id, row);
    else touched.push(key);
  }
  for (const columns of statements.inPieces(touched, statements.key))
    for (const row of (await statements.load(columns).execute(tx)).rows) loaded.set(statements.id(row), row);
  return loaded;
}

/** Some columns of many rows: the values of each column in the order of the rows. */
type Columns = ReadonlyMap<string, readonly unknown[]>;

class TableStatements {
  readonly #table: RawBuilder<unknown>;
  readonly key: readonly string[];
  /** The columns that are not of the key. */
  readonly others: readonly string[];

  constructor(
    schema: string,
    name: string,
    private readonly definition: Table,
  ) {
    this.#table = sql.id(schema, name);
    this.key = definition.key;
    this.others = Object.keys(definition.columns).filter((name) => !this.key.includes(name));
  }

  id = (row: Row): string => idOf(this.key, row);

  /** Rows, or some columns of theirs, as many as one statement should carry. */
  *inPieces(rows: readonly Row[], names: readonly string[] = Object.keys(this.definition.columns)): Iterable<Columns> {
    const columns = names.map((name) => ({ name, element: elementOf(this.#column(name)) }));
    const none = (): Map<string, unknown[]> => new Map(names.map((name) => [name, []]));
    let piece = none();
    let count = 0;
    let characters = 0;
    for (const row of rows) {
      if (count === ROWS_A_STATEMENT || characters > CHARACTERS_A_STATEMENT) {
        yield piece;
        piece = none();
        count = characters = 0;
      }
      for (const { name, element } of columns) {
        const value = element(row[name]);
        piece.get(name)?.push(value);
        characters += lengthOf(value);
      }
      count++;
    }
    if (count > 0) yield piece;
  }

  // Not prepared: while a table is small, a plan that reads all of it is the best, and it would be kept.
  load = (keys: Columns): RawBuilder<Row> =>
    sql<Row>`select t.* from ${this.#table} t join ${this.#rows(keys)} on ${this.#sameKey}`;

  put = (columns: Columns): RawBuilder<unknown> => {
    const names = [...columns.keys()];
    const update = sql.join(this.others.map((name) => sql`${sql.id(name)} = excluded.${sql.id(name)}`));
    const conflict = this.others.length > 0 ? sql`do update set ${update}` : sql`do nothing`;
    return prepared(sql`insert into ${this.#table} (${ids(names)})
      select ${sql.join(names.map(this.#value))} from ${this.#rows(columns)} on conflict (${ids(this.key)}) ${conflict}`);
  };

  update = (columns: Columns): RawBuilder<unknown> => {
    const differing = this.others.filter((name) => columns.has(name));
    const update = sql.join(differing.map((name) => sql`${sql.id(name)} = ${this.#value(name)}`));
    return sql`update ${this.#table} t set ${update} from ${this.#rows(columns)} where ${this.#sameKey}`;
  };

  remove = (keys: Columns): RawBuilder<unknown> =>
    sql`delete from ${this.#table} t using ${this.#rows(keys)} where ${this.#sameKey}`;

  #rows = (columns: Columns): RawBuilder<unknown> => {
    const arrays = [...columns].map(
      ([name, elements]) => sql`${elements}::${sql.raw(carrierOf(this.#column(name)))}[]`,
    );
    return sql`unnest(${sql.join(arrays)}) as k (${ids([...columns.keys()])})`;
  };

  #value = (name: string): RawBuilder<unknown> => sql`k.${sql.id(name)}::${sql.raw(typeOf(this.#column(name)))}`;

  #column(name: string): Column {
    const column = this.definition.columns[name];
    if (!column) throw new Error(`there is no column ${name}`);
    return column;
  }

  get #sameKey() {
    return sql.join(
      this.key.map((name) => sql`t.${sql.id(name)} = k.${sql.id(name)}`),
      sql` and `,
    );
  }
}

const ids = (names: readonly string[]): RawBuilder<unknown> => sql.join(names.map((name) => sql.id(name)));

const typeOf = ({ sql }: Column): string => sql.split(' ', 1)[0] ?? sql;

/** The type as which `unnest` carries a value of the column: it would take an array of arrays apart to its last element. */
const carrierOf = (column: Column): string => (typeOf(column).endsWith('[]') ? 'text' : typeOf(column));

/** How a value of the column becomes an element of the array that carries it. */
function elementOf(column: Column): (value: unknown) => unknown {
  const type = typeOf(column);
  if (type === 'json') return json;
  // The column's TypeScript type says that these values are texts.
  if (type === 'text[]') return (value) => textArray((value ?? null) as readonly string[] | null);
  return (value) => value;
}

const lengthOf = (value: unknown): number =>
  typeof value === 'string' ? value.length : value instanceof Stored ? value.text.length : 0;
