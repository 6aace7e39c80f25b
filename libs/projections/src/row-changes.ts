import type { KeyOf, RowOf, Table, Tables } from './define-table.js';

export interface TableRows<T extends Table> {
  /** The row as it is from now on, whatever there was. */
  put(row: RowOf<T>): void;
  /** From the row as it is (undefined: there is none) to the row as it is from now on (null: none; undefined: as it is). Pure. */
  change(key: KeyOf<T>, change: (row: RowOf<T> | undefined) => RowOf<T> | null | undefined): void;
}
export type RowsOf<T extends Tables> = { readonly [N in keyof T]: TableRows<T[N]> };

export type Row = Readonly<Record<string, unknown>>;
export type Change = (row: Row | undefined) => Row | null | undefined;

export interface KeyChanges {
  /** Holds the key's columns, maybe among others. */
  readonly key: Row;
  /** What the changes begin with, whatever is stored; null where they look at the row that is. */
  readonly put: Row | null;
  readonly changes: readonly Change[];
}

interface Collected extends KeyChanges {
  readonly changes: Change[];
}

/** Collects what a batch changes, in order and by key, before any row is loaded. */
export class RowChanges {
  readonly rows: RowsOf<Tables>;
  readonly #tables = new Map<string, Map<string, Collected>>();

  constructor(private readonly definitions: Tables) {
    this.rows = Object.fromEntries(
      Object.entries(definitions).map(([name, { key: columns }]): [string, TableRows<Table>] => [
        name,
        {
          put: (row) => this.#keysOf(name).set(idOf(columns, row), { key: row, put: row, changes: [] }),
          change: (key, change) => this.#change(this.#keysOf(name), columns, key as Row, change as Change),
        },
      ]),
    );
  }

  /** The tables that change, with what happens to each key, by its `idOf`. */
  *byTable(): Iterable<{ name: string; table: Table; keys: ReadonlyMap<string, KeyChanges> }> {
    for (const [name, keys] of this.#tables) {
      const table = this.definitions[name];
      if (table) yield { name, table, keys };
    }
  }

  #keysOf(name: string): Map<string, Collected> {
    const known = this.#tables.get(name);
    if (known) return known;
    const keys = new Map<string, Collected>();
    this.#tables.set(name, keys);
    return keys;
  }

  #change(keys: Map<string, Collected>, columns: readonly string[], key: Row, change: Change): void {
    const id = idOf(columns, key);
    const known = keys.get(id);
    if (known) known.changes.push(change);
    else keys.set(id, { key, put: null, changes: [change] });
  }
}

/** The key of a row as one text. */
export function idOf(columns: readonly string[], row: Row): string {
  const [only] = columns;
  if (columns.length === 1 && only !== undefined) return String(row[only]);
  return JSON.stringify(columns.map((column) => row[column]));
}
