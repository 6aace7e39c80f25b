import { ReadModels, type OpenReadModel } from '@mo-ledger/projections';
import { all, isShort, Keyset, TimedListQuery, within, type Page } from '@mo-ledger/read-model-kit';
import { sql } from '@mo-ledger/read-store';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { checkProgram } from './find-programs.query.js';
import { keywordPrograms } from './keyword-programs.projection.js';
import type { keywordProgramsTables } from './keyword-programs.tables.js';
import { dayOf, hourIn, hourOf, inDay } from './times.js';

const INTERVALS = ['HOUR', 'DAY'] as const;
type Interval = (typeof INTERVALS)[number];

/** The parameters of `GET /codes/{code}/programs/{program}/activity`; each hour or day that `from` and `to` touch is there, whole. */
export class ActivityFilters extends TimedListQuery {
  @ApiPropertyOptional({ enum: INTERVALS, default: 'DAY' }) @IsOptional() @IsIn(INTERVALS) interval: Interval = 'DAY';
}

/** What happened in an hour or a day (UTC); those in which nothing happened are left out. */
export interface Activity {
  /** Its beginning. */
  readonly from: string;
  readonly messages: number;
  readonly joined: number;
  readonly left: number;
  /** How many devices the messages came from. */
  readonly distinctDevices: number;
}

export class FindActivity extends Query<Page<Activity>> {
  constructor(
    readonly code: string,
    readonly program: string,
    readonly filters: ActivityFilters,
  ) {
    super();
  }
}

type ReadModel = OpenReadModel<typeof keywordProgramsTables>;
interface Bucket {
  readonly from: string;
  readonly messages: number;
  readonly joins: number;
  readonly leaves: number;
  readonly [column: string]: unknown;
}

// A cursor of hours is none of days.
const chronological = {
  HOUR: new Keyset('activity by hour', [{ column: 'from', kind: 'time' }], 'asc'),
  DAY: new Keyset('activity by day', [{ column: 'from', kind: 'time' }], 'asc'),
};

@QueryHandler(FindActivity)
export class FindActivityHandler implements IQueryHandler<FindActivity> {
  constructor(private readonly readModels: ReadModels) {}

  async execute({ code, program, filters }: FindActivity): Promise<Page<Activity>> {
    const readModel = await this.readModels.of(keywordPrograms);
    await checkProgram(readModel, code, program);
    const { interval, limit } = filters;
    const buckets = await bucketsOf(readModel, code, program, filters);
    const shown = buckets.slice(0, limit);
    const devices = await devicesOf(readModel, code, program, interval, shown);
    return chronological[interval].page(buckets, limit, ({ from, messages, joins, leaves }) => ({
      ...{ from, messages, joined: joins, left: leaves, distinctDevices: devices.get(from) ?? 0 },
    }));
  }
}

async function bucketsOf(
  { db }: ReadModel,
  code: string,
  program: string,
  filters: ActivityFilters,
): Promise<Bucket[]> {
  const { interval, from, to, limit, cursor } = filters;
  const begins = interval === 'HOUR' ? sql<string>`hour` : sql<string>`date_trunc('day', hour, 'UTC')`;
  const beginning = interval === 'HOUR' ? hourOf : dayOf;
  const range = {
    ...(from ? { from: new Date(beginning(from.toISOString())) } : {}),
    ...(to ? { to } : {}),
  };
  const order = chronological[interval];
  return db
    .selectFrom((eb) =>
      eb
        .selectFrom('activity')
        .select([
          begins.as('from'),
          sum('messages').as('messages'),
          sum('joins').as('joins'),
          sum('leaves').as('leaves'),
        ])
        .where(all([isShort('code', code), isShort('program', program)]))
        .groupBy(begins)
        .as('buckets'),
    )
    .selectAll()
    .where(all([within('from', range), cursor === undefined ? null : order.after(cursor)]))
    .orderBy(order.order)
    .limit(limit + 1)
    .execute();
}

const sum = (figure: 'messages' | 'joins' | 'leaves') => sql<number>`sum(${sql.ref(figure)})::int4`;

/** How many devices texted in each of these hours or days: nothing else is counted, since a day may have a million. */
async function devicesOf(
  { db, schema }: ReadModel,
  code: string,
  program: string,
  interval: Interval,
  buckets: readonly Bucket[],
): Promise<ReadonlyMap<string, number>> {
  const days = [...new Set(buckets.map(({ from }) => dayOf(from)))];
  if (days.length === 0) return new Map();
  const counted =
    interval === 'DAY'
      ? [{ hour: 0, count: sql`count(*)` }]
      : [...new Set(buckets.map(({ from }) => hourIn(from)))].map((hour) => ({
          hour,
          count: sql`count(*) filter (where (hours >> ${sql.lit(hour)}) & 1 = 1)`,
        }));
  const { rows } = await sql<{ day: string; counts: number[] }>`
    select day, array[${sql.join(counted.map(({ count }) => count))}]::int4[] as counts from ${sql.id(schema, 'activity_devices')}
    where code = ${code}::text and program = ${program}::text and day = any(${days}::timestamptz[]) group by day`.execute(
    db,
  );
  return new Map(
    rows.flatMap(({ day, counts }) => counted.map(({ hour }, at) => [inDay(day, hour), counts[at] ?? 0] as const)),
  );
}
