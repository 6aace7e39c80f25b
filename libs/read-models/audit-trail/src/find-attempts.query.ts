import { ReadModels } from '@mo-ledger/projections';
import { all, Filter, newestByTime, PageSize, type Page } from '@mo-ledger/read-model-kit';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { AttemptFilters, attemptsWhere } from './attempt-filters.js';
import { toAttempt, type Attempt } from './attempt.js';
import { auditTrail } from './audit-trail.projection.js';

/** The parameters of `GET /audit/attempts`. */
export class AttemptListQuery extends AttemptFilters {
  @PageSize()
  limit = 50;

  @Filter('where the page before ended: its `next`')
  cursor?: string;
}

export class FindAttempts extends Query<Page<Attempt>> {
  constructor(readonly filters: AttemptListQuery) {
    super();
  }
}

const newestFirst = newestByTime('attempts', 'at');

@QueryHandler(FindAttempts)
export class FindAttemptsHandler implements IQueryHandler<FindAttempts> {
  constructor(private readonly readModels: ReadModels) {}

  async execute({ filters }: FindAttempts): Promise<Page<Attempt>> {
    const { limit, cursor } = filters;
    const { db } = await this.readModels.of(auditTrail);
    const rows = await db
      .selectFrom('attempts')
      .selectAll()
      .where(all([attemptsWhere(filters), cursor === undefined ? null : newestFirst.after(cursor)]))
      .orderBy(newestFirst.order)
      .limit(limit + 1)
      .execute();
    return newestFirst.page(rows, limit, toAttempt);
  }
}
