import { Problem } from '@mo-ledger/http';
import { sql, type RawBuilder } from '@mo-ledger/read-store';
import { isInstant } from './list-query.js';

/** A list's answer (API.md). */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

const LARGEST_INT8 = 2n ** 63n - 1n;

/** How one value of a cursor is compared: its SQL type, and what it must be like to be believed (and not to be an error of the database). */
const PARTS = {
  time: {
    type: 'timestamptz',
    fits: (value: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value) && isInstant(new Date(value)),
  },
  position: { type: 'int8', fits: (value: string) => /^-?\d{1,19}$/.test(value) && BigInt(value) <= LARGEST_INT8 },
  text: { type: 'text', fits: () => true },
} as const;

/** One column that a list is ordered by. */
export interface OrderedBy {
  readonly column: string;
  readonly kind: keyof typeof PARTS;
}

/**
 * The order of a list, by columns that together are unique, and the cursors into it: a cursor holds the last row's values, so that a
 * page goes on exactly there, whatever has been added meanwhile.
 */
export class Keyset {
  readonly #columns: RawBuilder<unknown>;
  readonly #direction: RawBuilder<unknown>;

  constructor(
    private readonly list: string,
    private readonly columns: readonly OrderedBy[],
    direction: 'asc' | 'desc',
  ) {
    this.#columns = sql.join(columns.map(({ column }) => sql.ref(column)));
    this.#direction = direction === 'asc' ? sql`asc` : sql`desc`;
    this.#beyond = direction === 'asc' ? sql`>` : sql`<`;
  }
  readonly #beyond: RawBuilder<unknown>;

  /** What stands after `order by`. */
  get order(): RawBuilder<unknown> {
    return sql.join(this.columns.map(({ column }) => sql`${sql.ref(column)} ${this.#direction}`));
  }

  /** The condition for what comes after a cursor. Throws a 400 for a cursor that is not one of this list. */
  after(cursor: string): RawBuilder<boolean> {
    const values = this.#read(cursor);
    const compared = this.columns.map(({ kind }, index) => sql`${values[index]}::${sql.raw(PARTS[kind].type)}`);
    return sql<boolean>`(${this.#columns}) ${this.#beyond} (${sql.join(compared)})`;
  }

  /** A page of at most `limit` of these rows; one row more was asked for, to know whether there is a next page. */
  page<Row extends Record<string, unknown>, Item>(
    rows: readonly Row[],
    limit: number,
    toItem: (row: Row) => Item,
  ): Page<Item> {
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    return { items: shown.map(toItem), next: rows.length > limit && last ? this.cursorOf(last) : null };
  }

  cursorOf(row: Record<string, unknown>): string {
    const values = this.columns.map(({ column }) => String(row[column.split('.').at(-1) ?? column]));
    return Buffer.from(JSON.stringify([this.list, ...values])).toString('base64url');
  }

  #read(cursor: string): string[] {
    try {
      const [list, ...values] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown[];
      const fits = this.columns.every(({ kind }, index) => {
        const value = values[index];
        return typeof value === 'string' && PARTS[kind].fits(value);
      });
      if (list === this.list && fits && values.length === this.columns.length) return values as string[];
    } catch {
      // Not JSON: no cursor of ours either.
    }
    const message = 'is not a cursor of this list';
    throw new Problem(400, `cursor ${message}`, [{ field: 'cursor', message }]);
  }
}

/** The order of most lists: by a column with a time, newest first, and by the position in the log where times are the same. */
export const newestByTime = (list: string, column: string): Keyset =>
  new Keyset(
    list,
    [
      { column, kind: 'time' },
      { column: 'position', kind: 'position' },
    ],
    'desc',
  );
