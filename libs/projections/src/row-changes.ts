import type { KeyOf, RowOf, Table, Tables } from './define-table.js';

export interface TableRows<T extends Table> {
  /** The row as it is from now on, whatever there was. */
  put(row: RowOf<T>): void;
  /** From the row as it is (undefined: there is none) to the row as it is from now on (null: none; undefined: as it is). Pure. */
  change(key: KeyOf<T>, change: (row: RowOf<T> | undefined) => RowOf<T> | null | undefined): void;
}
export type RowsOf<T extends Tables> = { readonly [N in keyof T]: TableRows<T[N]> };

export type Row = Readonly<Record<string, unknown>>;
type Change = (row: Row | undefined) => Row | null | undefined;

export interface KeyChanges {
  readonly key: Row;
  /** False where the first change does not look at the row. */
  readonly needsRow: boolean;
  readonly changes: readonly Change[];
}

/** Collects what a batch changes, in order and by key, before any row is loaded. */
export class RowChanges {
  readonly rows: RowsOf<Tables>;
  readonly #tables = new Map<string, Map<string, { key: Row; needsRow: boolean; changes: Change[] }>>();

  constructor(private readonly definitions: Tables) {
    this.rows = Object.fromEntries(
      Object.entries(definitions).map(([name, definition]): [string, TableRows<Table>] => [
        name,
        {
          put: (row) => this.#add(name, definition, row, false, () => row),
          change: (key, change) => this.#add(name, definition, key as Row, true, change as Change),
        },
      ]),
    );
  }

  /** The tables that change, with what happens to each key. */
  *byTable(): Iterable<{ name: string; table: Table; keys: readonly KeyChanges[] }> {
    for (const [name, keys] of this.#tables) {
      const table = this.definitions[name];
      if (table) yield { name, table, keys: [...keys.values()] };
    }
  }

  #add(name: string, { key: columns }: Table, row: Row, needsRow: boolean, change: Change): void {
    const key = Object.fromEntries(columns.map((column) => [column, row[column]]));
    const id = JSON.stringify(columns.map((column) => row[column]));
    const keys = this.#tables.get(name) ?? new Map<string, { key: Row; needsRow: boolean; changes: Change[] }>();
    this.#tables.set(name, keys);
    const known = keys.get(id);
    if (known) known.changes.push(change);
    else keys.set(id, { key, needsRow, changes: [change] });
  }
}
