import type { OpenReadModel } from '@mo-ledger/projections';
import { all, is, isShort, within, type Condition } from '@mo-ledger/read-model-kit';
import { sql } from '@mo-ledger/read-store';
import { attemptsWhere, type AttemptFilters } from './attempt-filters.js';
import type { auditTables } from './audit-trail.tables.js';
import { countDevices, NO_DEVICES, union, type DeviceSketch } from './device-sketch.js';
import {
  DIMENSIONS,
  EVERYTHING,
  floorTo,
  isCountedBy,
  LENGTH_MS,
  maskOf,
  sortOf,
  type Dimension,
  type Interval,
  type Values,
} from './rollups.js';

interface Counts {
  readonly recorded: number;
  readonly duplicates: number;
  readonly conflicts: number;
  readonly quarantined: number;
}
/** API.md, `GET /audit/summary`. */
export type SummaryItem = Partial<Values> & { readonly from: string; readonly attempts: number } & Counts & {
    readonly distinctDevices: number;
  };
/** An item with its place among those of its interval. */
export interface Group {
  readonly sort: string;
  readonly item: SummaryItem;
}
/** Milliseconds since 1970; either end may be infinite. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

type Model = OpenReadModel<typeof auditTables>;
type Filters = AttemptFilters & { readonly interval: Interval };
type By = readonly Dimension[];

const SKETCHES_AT_ONCE = 200;

/** Groups that are a row each (for each organization): at most `limit`, by two queries. Null where it is not counted by this set. */
export function countedBefore(
  model: Model,
  filters: Filters,
  by: By,
  stretch: Stretch,
  after: Condition | null,
  limit: number,
): AsyncIterable<Group> | null {
  // What is filtered by is counted by as well.
  const mask = maskOf(DIMENSIONS.filter((dimension) => by.includes(dimension) || filters[dimension] !== undefined));
  return isCountedBy(mask) ? rolledUp(model, all([rollups(filters, mask, stretch), after]), by, limit) : null;
}

type Row = Counts &
  Values & { readonly from: string; readonly sort: string; readonly parts: number } & {
    devices: number;
  };

async function* rolledUp({ db, schema }: Model, where: Condition, by: By, limit: number): AsyncGenerator<Group> {
  const table = sql.id(schema, 'rollups');
  const { rows } = await sql<Row>`
    select "from", sort, min(carrier) as carrier, min(channel) as channel, min(router) as router, min(code) as code,
      sum(recorded)::int4 as recorded, sum(duplicates)::int4 as duplicates, sum(conflicts)::int4 as conflicts,
      sum(quarantined)::int4 as quarantined, max(distinct_devices) as devices, count(*)::int4 as parts
    from ${table} where ${where} group by "from", sort order by "from", sort limit ${limit}`.execute(db);
  for (const some of chunks(rows)) {
    const [first, last] = [some[0], some.at(-1)];
    if (first && last && some.some(({ parts }) => parts > 1)) {
      const sketches = await sql<{ from: string; sort: string; devices: DeviceSketch }>`
        select "from", sort, devices from ${table} where ${where}
          and ("from", sort) >= (${first.from}::timestamptz, ${first.sort})
          and ("from", sort) <= (${last.from}::timestamptz, ${last.sort})`.execute(db);
      const of = Map.groupBy(sketches.rows, ({ from, sort }) => `${from} ${sort}`);
      for (const row of some) {
        const parts = of.get(`${row.from} ${row.sort}`)?.map(({ devices }) => devices) ?? [];
        row.devices = countDevices(parts.reduce(union, NO_DEVICES));
      }
    }
    for (const row of some) yield { sort: row.sort, item: toItem(by, row, row.from, row, row.devices) };
  }
}

/** Of so many rows that their sketches are not too much at once, however many organizations there are. */
function chunks(rows: readonly Row[]): Row[][] {
  const all: Row[][] = [];
  let parts = Infinity;
  for (const row of rows) {
    if (parts + row.parts > SKETCHES_AT_ONCE) {
      all.push([]);
      parts = 0;
    }
    all.at(-1)?.push(row);
    parts += row.parts;
  }
  return all;
}

/** Groups that are added up from the rows that are counted by everything, an interval at a time. */
export async function* addedUp(model: Model, filters: Filters, by: By, stretch: Stretch): AsyncGenerator<Group> {
  const table = sql.id(model.schema, 'rollups');
  for (let { from } = stretch; ;) {
    const where = rollups(filters, EVERYTHING, { from, to: stretch.to });
    const { rows } = await sql<Counts & Values & { from: string; devices: DeviceSketch }>`
      select carrier, channel, router, code, recorded, duplicates, conflicts, quarantined, devices, "from" from ${table}
      where ${where} and "from" = (select min("from") from ${table} where ${where})`.execute(model.db);
    const [first] = rows;
    if (!first) return;
    const groups = [...Map.groupBy(rows, (row) => sortOf(by, row))].map(([sort, parts]) => {
      const sum = (count: keyof Counts) => parts.reduce((total, part) => total + part[count], 0);
      const counts = {
        ...{ recorded: sum('recorded'), duplicates: sum('duplicates') },
        ...{ conflicts: sum('conflicts'), quarantined: sum('quarantined') },
      };
      const devices = countDevices(parts.map((part) => part.devices).reduce(union, NO_DEVICES));
      return { sort, item: toItem(by, parts[0] ?? first, first.from, counts, devices) };
    });
    yield* inOrder(groups);
    from = Date.parse(first.from) + LENGTH_MS[filters.interval];
  }
}

/** Groups that are counted from the attempts, an interval at a time. */
export async function* countedAnew(model: Model, filters: Filters, by: By, stretch: Stretch): AsyncGenerator<Group> {
  for (let { from } = stretch; ;) {
    const first = await model.db
      .selectFrom('attempts')
      .select('at')
      .where(attemptsWhere({ ...filters, ...dates({ from, to: stretch.to }) }))
      .orderBy('at')
      .orderBy('position')
      .limit(1)
      .executeTakeFirst();
    if (!first) return;
    const begin = floorTo(filters.interval, Date.parse(first.at));
    const end = begin + LENGTH_MS[filters.interval];
    const part = dates({ from: Math.max(begin, from), to: Math.min(end, stretch.to) });
    yield* inOrder(await countInterval(model, { ...filters, ...part }, by, new Date(begin).toISOString()));
    from = end;
  }
}

async function countInterval({ db, schema }: Model, filters: Filters, by: By, from: string): Promise<Group[]> {
  const columns = by.map((dimension) => sql`${sql.ref(dimension)}, `);
  const { rows } = await sql<Values & Counts & { devices: number }>`
    select ${sql.join(columns, sql``)}
      (count(*) filter (where outcome = 'RECORDED'))::int4 as recorded,
      (count(*) filter (where outcome = 'DUPLICATE'))::int4 as duplicates,
      (count(*) filter (where outcome = 'CONFLICT'))::int4 as conflicts,
      (count(*) filter (where outcome = 'QUARANTINED'))::int4 as quarantined,
      count(distinct coalesce(device_e164, device_address))::int4 as devices
    from ${sql.id(schema, 'attempts')} where ${attemptsWhere(filters)}
    group by ${sql.join([...by.map((dimension) => sql.ref(dimension)), sql`()`])}`.execute(db);
  return rows.map((row) => ({ sort: sortOf(by, row), item: toItem(by, row, from, row, row.devices) }));
}

/** The rows of one set of dimensions. */
const rollups = (filters: Filters, mask: number, stretch: Stretch): Condition =>
  all([
    sql<boolean>`interval = ${filters.interval} and mask = ${mask}::int4`,
    isShort('organization', filters.organization),
    ...DIMENSIONS.map((dimension) => is(dimension, filters[dimension])),
    within('from', dates(stretch)),
  ]);

const dates = ({ from, to }: Stretch) => ({
  ...(Number.isFinite(from) ? { from: new Date(from) } : {}),
  ...(Number.isFinite(to) ? { to: new Date(to) } : {}),
});

const inOrder = (groups: readonly Group[]): Group[] => groups.toSorted((a, b) => (a.sort < b.sort ? -1 : 1));

function toItem(by: By, values: Values, from: string, counts: Counts, distinctDevices: number): SummaryItem {
  const { recorded, duplicates, conflicts, quarantined } = counts;
  const of = Object.fromEntries(by.map((dimension) => [dimension, values[dimension]])) as Partial<Values>;
  const attempts = recorded + duplicates + conflicts + quarantined;
  return { ...of, from, attempts, recorded, duplicates, conflicts, quarantined, distinctDevices };
}
