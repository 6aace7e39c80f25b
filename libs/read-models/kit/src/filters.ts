import { sameText, sql, type RawBuilder } from '@mo-ledger/read-store';

export type Condition = RawBuilder<boolean>;

/** `a and b and …`; nothing at all is true. */
export const all = (conditions: readonly (Condition | null)[]): Condition => {
  const given = conditions.filter((condition) => condition !== null);
  return given.length > 0 ? sql<boolean>`(${sql.join(given, sql` and `)})` : sql<boolean>`true`;
};

/** The column is the value; no condition where there is none. */
export const is = (column: string, value: string | undefined): Condition | null =>
  value === undefined ? null : sameText(column, value);

/** The same for columns that hold short values only (names, fixed words) and are indexed as a whole. */
export const isShort = (column: string, value: string | undefined): Condition | null =>
  value === undefined ? null : sql<boolean>`${sql.ref(column)} = ${value}::text`;

/** `from` inclusive, `to` exclusive. */
export const within = (column: string, { from, to }: { from?: Date; to?: Date }): Condition =>
  all([
    from ? sql<boolean>`${sql.ref(column)} >= ${from.toISOString()}::timestamptz` : null,
    to ? sql<boolean>`${sql.ref(column)} < ${to.toISOString()}::timestamptz` : null,
  ]);

/** The ways in which somebody may write a device: with or without a plus (or the space that an unencoded plus became). */
export function writtenDevices(device: string): { readonly e164: string; readonly asWritten: readonly string[] } {
  const digits = device.trim().replace(/^\+/, '');
  return { e164: `+${digits}`, asWritten: [...new Set([device, digits, `+${digits}`])] };
}

/** The ways in which the sender is this device: each is a condition that one index serves. */
export const writtenAs = (device: string): readonly Condition[] => {
  const { e164, asWritten } = writtenDevices(device);
  return [sameText('device_e164', e164), ...asWritten.map((written) => sameText('device_address', written))];
};

/** The sender is this device, however it is written. */
export const isDevice = (device: string | undefined): Condition | null =>
  device === undefined ? null : sql<boolean>`(${sql.join(writtenAs(device), sql` or `)})`;
