import { ReadModels, type OpenReadModel } from '@mo-ledger/projections';
import { all, Filter, is, isShort, Keyset, within, type Page } from '@mo-ledger/read-model-kit';
import { sql } from '@mo-ledger/read-store';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { AttemptFilters, attemptsWhere } from './attempt-filters.js';
import { auditTrail } from './audit-trail.projection.js';
import type { auditTables } from './audit-trail.tables.js';
import { countDevices, union, type DeviceSketch } from './device-sketch.js';
import { DIMENSIONS, floorTo, INTERVALS, LENGTH_MS, maskOf, sortOf, type Dimension, type Interval } from './rollups.js';

/** The parameters of `GET /audit/summary`. */
export class SummaryQuery extends AttemptFilters {
  @ApiPropertyOptional({ type: String, description: `of ${DIMENSIONS.join(',')}, separated by commas` })
  @Transform(({ value }) => (typeof value === 'string' ? value.split(',').filter((name) => name !== '') : value))
  @IsIn(DIMENSIONS, { each: true })
  by: Dimension[] = [];

  @ApiPropertyOptional({ enum: INTERVALS, default: 'DAY' })
  @IsOptional()
  @IsIn(INTERVALS)
  interval: Interval = 'DAY';

  @ApiPropertyOptional({ type: Number, minimum: 1, maximum: 1000, default: 50 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1000)
  limit = 50;

  @Filter('where the page before ended: its `next`')
  cursor?: string;
}

type Counts = Record<'attempts' | 'recorded' | 'duplicates' | 'conflicts' | 'quarantined', number> & {
  readonly distinctDevices: number;
};
/** API.md, `GET /audit/summary`. */
export type SummaryItem = Partial<Record<Dimension, string | null>> & { readonly from: string } & Counts;

/** Totals of each interval in which there were attempts, the first interval first. */
export class SummarizeAttempts extends Query<Page<SummaryItem>> {
  constructor(readonly filters: SummaryQuery) {
    super();
  }
}

type Model = OpenReadModel<typeof auditTables>;
interface Group {
  readonly sort: string;
  readonly item: SummaryItem;
}
/** A stretch of time whose intervals are counted beforehand, or that cuts intervals and is counted attempt by attempt. */
interface Stretch {
  readonly counted: boolean;
  readonly from: number;
  readonly to: number;
}

/**
 * Whole intervals come from the rollups: a page costs as much whatever they hold. What the rollups do not know (one sender, one message,
 * one kind or outcome, a part of an interval) is counted from the attempts themselves, an interval at a time.
 */
@QueryHandler(SummarizeAttempts)
export class SummarizeAttemptsHandler implements IQueryHandler<SummarizeAttempts> {
  constructor(private readonly readModels: ReadModels) {}

  async execute({ filters }: SummarizeAttempts): Promise<Page<SummaryItem>> {
    const { limit, cursor, interval } = filters;
    const by = DIMENSIONS.filter((dimension) => filters.by.includes(dimension));
    const inOrder = new Keyset(
      `summary ${interval} ${by.join()}`,
      [
        { column: 'from', kind: 'time' },
        { column: 'sort', kind: 'text' },
      ],
      'asc',
    );
    const last = cursor === undefined ? null : readCursor(inOrder, cursor);
    const model = await this.readModels.of(auditTrail);
    const groups: Group[] = [];
    for (const stretch of stretches(filters)) {
      const from = last ? Math.max(stretch.from, Date.parse(last.from)) : stretch.from;
      if (from >= stretch.to || groups.length > limit) continue;
      const rest = { ...stretch, from };
      const after = cursor === undefined ? null : inOrder.after(cursor);
      const some = stretch.counted
        ? countedGroups(model, filters, by, rest, all([after]), limit + 1 - groups.length)
        : countGroups(model, filters, by, rest);
      for await (const group of some) {
        if (last && group.item.from === last.from && !stretch.counted && group.sort <= last.sort) continue;
        groups.push(group);
        if (groups.length > limit) break;
      }
    }
    const rows = groups.map(({ sort, item }) => ({ sort, from: item.from, item }));
    return inOrder.page(rows, limit, ({ item }) => item);
  }
}

/** What the cursor holds; throws a 400 where it is none of this list. */
function readCursor(list: Keyset, cursor: string): { readonly from: string; readonly sort: string } {
  list.after(cursor);
  const [, from, sort] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as [string, string, string];
  return { from, sort };
}

/** The stretches of `from` to `to`, in order. */
function stretches({ interval, kind, outcome, device, messageId, from: since, to: until }: SummaryQuery): Stretch[] {
  const [from, to] = [since?.getTime() ?? -Infinity, until?.getTime() ?? Infinity];
  const ceiling = Number.isFinite(from) ? floorTo(interval, from + LENGTH_MS[interval] - 1) : from;
  const floor = Number.isFinite(to) ? floorTo(interval, to) : to;
  if (kind ?? outcome ?? device ?? messageId ?? (ceiling >= floor || null)) return [{ counted: false, from, to }];
  return [
    { counted: false, from, to: ceiling },
    { counted: true, from: ceiling, to: floor },
    { counted: false, from: floor, to },
  ].filter((stretch) => stretch.from < stretch.to);
}

const dates = ({ from, to }: Pick<Stretch, 'from' | 'to'>) => ({
  ...(Number.isFinite(from) ? { from: new Date(from) } : {}),
  ...(Number.isFinite(to) ? { to: new Date(to) } : {}),
});

type CountedRow = Omit<Counts, 'attempts'> &
  Record<Dimension, string | null> & {
    readonly from: string;
    readonly sort: string;
    readonly parts: number;
  };

async function* countedGroups(
  { db, schema }: Model,
  filters: SummaryQuery,
  by: readonly Dimension[],
  stretch: Stretch,
  after: ReturnType<typeof all>,
  limit: number,
): AsyncGenerator<Group> {
  const { interval, organization } = filters;
  // What is filtered by is counted by, so that each group is a row (for each organization).
  const mask = maskOf(DIMENSIONS.filter((dimension) => by.includes(dimension) || filters[dimension] !== undefined));
  const table = sql.id(schema, 'rollups');
  const where = all([
    sql<boolean>`interval = ${interval} and mask = ${mask}::int4`,
    isShort('organization', organization),
    ...DIMENSIONS.map((dimension) => is(dimension, filters[dimension])),
    within('from', dates(stretch)),
  ]);
  const { rows } = await sql<CountedRow>`
    select "from", sort, min(carrier) as carrier, min(channel) as channel, min(router) as router, min(code) as code,
      sum(recorded)::int4 as recorded, sum(duplicates)::int4 as duplicates, sum(conflicts)::int4 as conflicts,
      sum(quarantined)::int4 as quarantined, max(distinct_devices) as "distinctDevices", count(*)::int4 as parts
    from ${table} where ${where} and ${after} group by "from", sort order by "from", sort limit ${limit}`.execute(db);
  for (const { from, sort, parts, distinctDevices, ...row } of rows) {
    const { recorded, duplicates, conflicts, quarantined } = row;
    let devices = distinctDevices;
    if (parts > 1) {
      const sketches = await sql<{ devices: DeviceSketch }>`
        select devices from ${table} where ${where} and "from" = ${from}::timestamptz and sort = ${sort}`.execute(db);
      devices = countDevices(sketches.rows.map((part) => part.devices).reduce(union));
    }
    const attempts = recorded + duplicates + conflicts + quarantined;
    const item = { ...valuesOf(by, row), from, attempts, recorded, duplicates, conflicts, quarantined };
    yield { sort, item: { ...item, distinctDevices: devices } };
  }
}

async function* countGroups(
  model: Model,
  filters: SummaryQuery,
  by: readonly Dimension[],
  stretch: Stretch,
): AsyncGenerator<Group> {
  const { interval } = filters;
  for (let { from } = stretch; from < stretch.to;) {
    const first = await model.db
      .selectFrom('attempts')
      .select('at')
      .where(attemptsWhere({ ...filters, ...dates({ from, to: stretch.to }) }))
      .orderBy('at')
      .orderBy('position')
      .limit(1)
      .executeTakeFirst();
    if (!first) return;
    const begin = floorTo(interval, Date.parse(first.at));
    const end = begin + LENGTH_MS[interval];
    const within = { from: Math.max(begin, from), to: Math.min(end, stretch.to) };
    const items = await countInterval(model, { ...filters, ...dates(within) }, by, new Date(begin).toISOString());
    yield* items.sort((a, b) => (a.sort < b.sort ? -1 : 1));
    from = end;
  }
}

async function countInterval(
  { db, schema }: Model,
  filters: SummaryQuery,
  by: readonly Dimension[],
  from: string,
): Promise<Group[]> {
  const columns = by.map((dimension) => sql`${sql.ref(dimension)}, `);
  const { rows } = await sql<Record<Dimension, string | null> & Counts>`
    select ${sql.join(columns, sql``)} count(*)::int4 as attempts,
      (count(*) filter (where outcome = 'RECORDED'))::int4 as recorded,
      (count(*) filter (where outcome = 'DUPLICATE'))::int4 as duplicates,
      (count(*) filter (where outcome = 'CONFLICT'))::int4 as conflicts,
      (count(*) filter (where outcome = 'QUARANTINED'))::int4 as quarantined,
      count(distinct coalesce(device_e164, device_address))::int4 as "distinctDevices"
    from ${sql.id(schema, 'attempts')} where ${attemptsWhere(filters)}
    group by ${sql.join([...columns.map((_, index) => sql.lit(index + 1)), sql`()`])}`.execute(db);
  return rows.map((row) => {
    const { attempts, recorded, duplicates, conflicts, quarantined, distinctDevices } = row;
    const counts = { attempts, recorded, duplicates, conflicts, quarantined, distinctDevices };
    return { sort: sortOf(by, row), item: { ...valuesOf(by, row), from, ...counts } };
  });
}

const valuesOf = (by: readonly Dimension[], row: Record<Dimension, string | null>) =>
  Object.fromEntries(by.map((dimension) => [dimension, row[dimension]])) as Partial<Record<Dimension, string | null>>;
