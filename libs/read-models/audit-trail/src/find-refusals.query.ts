import { ReadModels, type RowOf } from '@mo-ledger/projections';
import { all, Keyset, TimedListQuery, within, type Page } from '@mo-ledger/read-model-kit';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { auditTrail } from './audit-trail.projection.js';
import type { auditTables } from './audit-trail.tables.js';

/** The parameters of `GET /audit/refusals`. */
export class RefusalFilters extends TimedListQuery {}

export class FindRefusals extends Query<Page<object>> {
  constructor(readonly filters: RefusalFilters) {
    super();
  }
}

const newestFirst = new Keyset(
  'refusals',
  [
    { column: 'from', kind: 'time' },
    { column: 'position', kind: 'position' },
    { column: 'number', kind: 'position' },
  ],
  'desc',
);

@QueryHandler(FindRefusals)
export class FindRefusalsHandler implements IQueryHandler<FindRefusals> {
  constructor(private readonly readModels: ReadModels) {}

  async execute({ filters }: FindRefusals): Promise<Page<object>> {
    const { limit, cursor } = filters;
    const { db } = await this.readModels.of(auditTrail);
    const rows = await db
      .selectFrom('refusals')
      .selectAll()
      .where(all([within('from', filters), cursor === undefined ? null : newestFirst.after(cursor)]))
      .orderBy(newestFirst.order)
      .limit(limit + 1)
      .execute();
    return newestFirst.page(rows, limit, toItem);
  }
}

const toItem = ({ from, to, reason, source, count }: RowOf<typeof auditTables.refusals>) => ({
  ...{ from, to, reason, source, count },
});
