declare const type: unique symbol;

/** A column: its SQL type and, in TypeScript, what a row holds. */
export interface Column<T = unknown> {
  readonly sql: string;
  /** Never compressed. */
  readonly storage?: 'external';
  readonly [type]?: T;
}

export const text = (): Column<string> => ({ sql: 'text not null' });
export const integer = (): Column<number> => ({ sql: 'int4 not null' });
/** A position or another number that a JavaScript Number does not hold: a decimal string. */
export const int8 = (): Column<string> => ({ sql: 'int8 not null' });
export const boolean = (): Column<boolean> => ({ sql: 'boolean not null' });
/** A time: ISO 8601 UTC in milliseconds, as `Date.toISOString` writes it. */
export const time = (): Column<string> => ({ sql: 'timestamptz not null' });
export const texts = (): Column<readonly string[]> => ({ sql: 'text[] not null' });
/** A JSON document; its property order is kept. */
export const document = <T>(): Column<T> => ({ sql: 'json not null' });
/** A long text that changes often: compressing it each time takes several times as long as writing it. */
export const uncompressed = (column: Column<string>): Column<string> => ({ ...column, storage: 'external' });
export const nullable = <T>(column: Column<T>): Column<T | null> => ({ sql: column.sql.replace(' not null', '') });

export interface Table<Columns extends Record<string, Column> = Record<string, Column>, Key extends string = string> {
  readonly columns: Columns;
  readonly key: readonly Key[];
  readonly indexes: readonly string[];
}

/**
 * A table of a projection.
 *
 * @param key the primary key. Its texts must be short (ids, names, digits): what anybody may write is longer than an index entry can be
 * @param indexes what stands after `create index on <table>`, for example `(left(code, 64), at desc)` or `(at) where pending`
 */
export const table = <const Columns extends Record<string, Column>, const Key extends keyof Columns & string>(
  columns: Columns,
  key: readonly Key[],
  indexes: readonly string[] = [],
): Table<Columns, Key> => ({ columns, key, indexes });

type ColumnsOf<T> = T extends Table<infer Columns, string> ? Columns : never;
export type RowOf<T> = { readonly [N in keyof ColumnsOf<T>]: ColumnsOf<T>[N] extends Column<infer V> ? V : never };
export type KeyOf<T> =
  T extends Table<Record<string, Column>, infer Key> ? Pick<RowOf<T>, Key & keyof RowOf<T>> : never;

export type Tables = Readonly<Record<string, Table>>;
/** The tables as Kysely wants them. */
export type DatabaseOf<T extends Tables> = { [N in keyof T]: RowOf<T[N]> };
