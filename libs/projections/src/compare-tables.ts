import { json, sql, type RawBuilder, type ReadStore } from '@mo-ledger/read-store';
import type { Table } from './define-table.js';
import type { RowDifference, TableComparison } from './verifications.js';

type Key = Readonly<Record<string, unknown>>;

/** One range of keys in two tables. */
export interface RangeComparison extends Omit<TableComparison, 'table'> {
  readonly differences: readonly Omit<RowDifference, 'table'>[];
  /** Where the next range begins; null after the last one. */
  readonly next: Key | null;
}

/**
 * Compares a range of keys in the table that serves with the one that was made for the purpose. Where both builds are at one position,
 * so is what is compared, range by range, while the log goes on between the ranges.
 *
 * @param after the last key of the range before; null for the first one
 * @param size about how many rows the range has
 */
export async function compareRange(
  { db }: Pick<ReadStore, 'db'>,
  { key, columns }: Table,
  { serving, scratch, name }: { serving: string; scratch: string; name: string },
  after: Key | null,
  size: number,
): Promise<RangeComparison> {
  const [ours, theirs] = [sql.id(serving, name), sql.id(scratch, name)];
  const keys = sql.join(key.map((column) => sql.id(column)));
  const keyOf = (value: Key) => sql`(select ${keys} from json_populate_record(null::${ours}, ${json(value)}::json))`;
  const above = after ? sql`(${keys}) > ${keyOf(after)}` : sql`true`;

  const some = (from: RawBuilder<unknown>) =>
    sql`(select ${keys} from ${from} where ${above} order by ${keys} limit ${size})`;
  const { rows: bound } = await sql<Key>`
    select ${keys} from (${some(ours)} union ${some(theirs)}) k
    order by ${keys} offset ${size - 1} limit 1`.execute(db);
  const next = bound[0] ?? null;
  const range = next ? sql`${above} and (${keys}) <= ${keyOf(next)}` : above;

  const same = sql.join(
    key.map((column) => sql`o.${sql.id(column)} = t.${sql.id(column)}`),
    sql` and `,
  );
  const [first = ''] = key;
  const changed = Object.entries(columns)
    .filter(([column]) => !key.includes(column))
    .map(([column, { sql: type }]) => {
      // json has no equality of its own.
      const as = sql.raw(type.startsWith('json') ? '::jsonb' : '');
      const differs = sql`o.${sql.id(column)}${as} is distinct from t.${sql.id(column)}${as}`;
      return { column, differs };
    });
  const anyChanged = sql.join([sql`false`, ...changed.map(({ differs }) => differs)], sql` or `);
  const named = changed.map(({ column, differs }) => sql`case when ${differs} then ${sql.lit(column)} end`);
  const columnNames = sql`array_remove(array[${sql.join([sql`null`, ...named])}]::text[], null)`;
  const shownKey = sql.join(
    key.map((column) => sql`${sql.lit(column)}, coalesce(o.${sql.id(column)}, t.${sql.id(column)})::text`),
  );
  const { rows } = await sql<{ missing: boolean; extra: boolean; key: Record<string, string>; columns: string[] }>`
    select o.${sql.id(first)} is null as missing, t.${sql.id(first)} is null as extra, json_build_object(${shownKey}) as key, ${columnNames} as columns
    from (select * from ${ours} where ${range}) o full join (select * from ${theirs} where ${range}) t on ${same}
    where o.${sql.id(first)} is null or t.${sql.id(first)} is null or ${anyChanged}
    order by ${sql.join(key.map((column) => sql`coalesce(o.${sql.id(column)}, t.${sql.id(column)})`))}`.execute(db);
  const { rows: counted } = await sql<{ count: number }>`
    select count(*)::int4 as count from ${ours} where ${range}`.execute(db);
  const missing = rows.filter((row) => row.missing).length;
  const extra = rows.filter((row) => row.extra).length;
  return {
    rows: counted[0]?.count ?? 0,
    missing,
    extra,
    different: rows.length - missing - extra,
    next,
    differences: rows.map((row) => ({
      kind: row.missing ? 'MISSING' : row.extra ? 'EXTRA' : 'DIFFERENT',
      key: row.key,
      columns: row.missing || row.extra ? [] : row.columns,
    })),
  };
}
