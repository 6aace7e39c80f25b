import { Problem } from '@mo-ledger/http';
import { ReadModels, type RowOf } from '@mo-ledger/projections';
import { all, Filter, is, isShort, newestByTime, ListQuery, type Page } from '@mo-ledger/read-model-kit';
import { sql } from '@mo-ledger/read-store';
import type { ReviewKind } from '@mo-ledger/subscribers';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { consent } from './consent.projection.js';
import type { consentTables } from './consent.tables.js';

const STATES = ['OPEN', 'RESOLVED'] as const;
const KINDS: readonly ReviewKind[] = ['OPT_OUT_CANDIDATE', 'MALFORMED_SENDER', 'CONFLICTING_FIELDS'];

/** The parameters of `GET /reviews`. */
export class ReviewFilters extends ListQuery {
  @ApiPropertyOptional({ enum: STATES }) @IsOptional() @IsIn(STATES) state?: (typeof STATES)[number];
  @ApiPropertyOptional({ enum: KINDS }) @IsOptional() @IsIn(KINDS) kind?: ReviewKind;
  @Filter() code?: string;
  @Filter() organization?: string;
}

export class FindReviews extends Query<Page<ReviewItem>> {
  constructor(readonly filters: ReviewFilters) {
    super();
  }
}

export class ReadReview extends Query<ReviewItem> {
  constructor(readonly id: string) {
    super();
  }
}

const newestFirst = newestByTime('reviews', 'created_at');

@QueryHandler(FindReviews)
export class FindReviewsHandler implements IQueryHandler<FindReviews> {
  constructor(private readonly readModels: ReadModels) {}

  async execute({ filters }: FindReviews): Promise<Page<ReviewItem>> {
    const { limit, cursor, state } = filters;
    const { db } = await this.readModels.of(consent);
    const conditions = [
      // A literal, so that the index of what is open serves.
      state === undefined ? null : sql<boolean>`state = ${sql.lit(state)}`,
      isShort('kind', filters.kind),
      is('code', filters.code),
      isShort('organization', filters.organization),
      cursor === undefined ? null : newestFirst.after(cursor),
    ];
    const rows = await db
      .selectFrom('reviews')
      .selectAll()
      .where(all(conditions))
      .orderBy(newestFirst.order)
      .limit(limit + 1)
      .execute();
    return newestFirst.page(rows, limit, toItem);
  }
}

@QueryHandler(ReadReview)
export class ReadReviewHandler implements IQueryHandler<ReadReview> {
  constructor(private readonly readModels: ReadModels) {}

  async execute({ id }: ReadReview): Promise<ReviewItem> {
    const { db } = await this.readModels.of(consent);
    const row = await db.selectFrom('reviews').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row) throw new Problem(404, `There is no review ${id}.`);
    return toItem(row);
  }
}

/** API.md, `GET /reviews`. */
const toItem = (row: RowOf<typeof consentTables.reviews>) => ({
  id: row.id,
  kind: row.kind,
  ledgerId: row.ledger_id,
  organization: row.organization,
  code: row.code,
  deviceAddress: row.device_address,
  text: row.text,
  createdAt: row.created_at,
  dueAt: row.due_at,
  state: row.state,
  decision: row.decision,
  note: row.note,
});
export type ReviewItem = ReturnType<typeof toItem>;
