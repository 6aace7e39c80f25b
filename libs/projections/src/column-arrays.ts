import { documentElement, element } from '@mo-ledger/read-store';
import type { Column } from './define-table.js';

/** `unnest` would take an array of arrays apart to its last element: a column of arrays goes as an array of texts. */
const isArray = ({ sql }: Column): boolean => baseOf(sql).endsWith('[]');

const baseOf = (sql: string): string => sql.split(' ', 1)[0] ?? sql;

/** The type of the array that carries a column of many rows. */
export const typeOf = (column: Column): string => (isArray(column) ? 'text[]' : `${baseOf(column.sql)}[]`);

/** What turns an element of it into a value of the column. */
export const castOf = (column: Column): string => (isArray(column) ? `::${baseOf(column.sql)}` : '');

/** How a value of the column becomes an element of it. */
export const elementOf = ({ sql }: Column): ((value: unknown) => string) =>
  baseOf(sql) === 'json' ? documentElement : element;
