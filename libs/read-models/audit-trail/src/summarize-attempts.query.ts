import { ReadModels } from '@mo-ledger/projections';
import { Filter, Keyset, PageSize, type Page } from '@mo-ledger/read-model-kit';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsOptional } from 'class-validator';
import { AttemptFilters } from './attempt-filters.js';
import { auditTrail } from './audit-trail.projection.js';
import { DIMENSIONS, floorTo, INTERVALS, LENGTH_MS, type Dimension, type Interval } from './rollups.js';
import { addedUp, countedAnew, countedBefore, type Stretch, type SummaryItem } from './summary-groups.js';

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

  @PageSize()
  limit = 50;

  @Filter('where the page before ended: its `next`')
  cursor?: string;
}

/** Totals of each interval in which there were attempts, the first interval first. */
export class SummarizeAttempts extends Query<Page<SummaryItem>> {
  constructor(readonly filters: SummaryQuery) {
    super();
  }
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
    const after = cursor === undefined ? null : { ...readCursor(inOrder, cursor), condition: inOrder.after(cursor) };
    const model = await this.readModels.of(auditTrail);
    const groups: { sort: string; from: string; item: SummaryItem }[] = [];
    for (const { source, from, to } of stretches(filters)) {
      const rest = { from: after ? Math.max(from, Date.parse(after.from)) : from, to };
      if (rest.from >= to) continue;
      const wanted = limit + 1 - groups.length;
      const found =
        source === 'ATTEMPTS'
          ? countedAnew(model, filters, by, rest)
          : (countedBefore(model, filters, by, rest, after?.condition ?? null, wanted) ??
            addedUp(model, filters, by, rest));
      for await (const { sort, item } of found) {
        if (after && item.from === after.from && sort <= after.sort) continue;
        groups.push({ sort, from: item.from, item });
        if (groups.length > limit) return inOrder.page(groups, limit, (group) => group.item);
      }
    }
    return inOrder.page(groups, limit, ({ item }) => item);
  }
}

/** What the cursor holds; throws a 400 where it is none of this list. */
function readCursor(list: Keyset, cursor: string): { readonly from: string; readonly sort: string } {
  list.after(cursor);
  const [, from, sort] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as [string, string, string];
  return { from, sort };
}

/** The stretches of `from` to `to`, in order: those whose intervals are counted beforehand, and the rest. */
function stretches(filters: SummaryQuery): (Stretch & { readonly source: 'ATTEMPTS' | 'ROLLUPS' })[] {
  const { interval, kind, outcome, device, messageId } = filters;
  const [from, to] = [filters.from?.getTime() ?? -Infinity, filters.to?.getTime() ?? Infinity];
  const first = Number.isFinite(from) ? floorTo(interval, from + LENGTH_MS[interval] - 1) : from;
  const last = Number.isFinite(to) ? floorTo(interval, to) : to;
  const isUnknown = [kind, outcome, device, messageId].some((filter) => filter !== undefined);
  if (isUnknown || first >= last) return [{ source: 'ATTEMPTS', from, to }];
  return [
    { source: 'ATTEMPTS', from, to: first },
    { source: 'ROLLUPS', from: first, to: last },
    { source: 'ATTEMPTS', from: last, to },
  ];
}
