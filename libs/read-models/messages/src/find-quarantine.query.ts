import { Problem } from '@mo-ledger/http';
import { ReadModels, type RowOf } from '@mo-ledger/projections';
import { all, Filter, isShort, newestByTime, ListQuery, type Page } from '@mo-ledger/read-model-kit';
import { sql } from '@mo-ledger/read-store';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { messages } from './messages.projection.js';
import type { messagesTables } from './messages.tables.js';

const REASONS = ['EMPTY_BODY', 'DEVICE_ADDRESS_MISSING', 'INBOUND_ADDRESS_MISSING', 'UNRECOGNISED'] as const;
const STATES = ['OPEN', 'REPROCESSED'] as const;

/** The parameters of `GET /quarantine`. */
export class QuarantineFilters extends ListQuery {
  @Filter() organization?: string;
  @ApiPropertyOptional({ enum: REASONS }) @IsOptional() @IsIn(REASONS) reason?: string;
  @ApiPropertyOptional({ enum: STATES }) @IsOptional() @IsIn(STATES) state?: string;
}

export class FindQuarantined extends Query<Page<object>> {
  constructor(readonly filters: QuarantineFilters) {
    super();
  }
}

export class ReadQuarantined extends Query<object> {
  constructor(readonly id: string) {
    super();
  }
}

const newestFirst = newestByTime('quarantine', 'received_at');

@QueryHandler(FindQuarantined)
export class FindQuarantinedHandler implements IQueryHandler<FindQuarantined> {
  constructor(private readonly readModels: ReadModels) {}

  async execute({ filters }: FindQuarantined): Promise<Page<object>> {
    const { limit, cursor, state } = filters;
    const { db } = await this.readModels.of(messages);
    const conditions = [
      isShort('organization', filters.organization),
      isShort('reason', filters.reason),
      state === undefined ? null : sql<boolean>`reprocessed = ${state === 'REPROCESSED'}::boolean`,
      cursor === undefined ? null : newestFirst.after(cursor),
    ];
    const rows = await db
      .selectFrom('quarantine')
      .selectAll()
      .where(all(conditions))
      .orderBy(newestFirst.order)
      .limit(limit + 1)
      .execute();
    return newestFirst.page(rows, limit, toItem);
  }
}

@QueryHandler(ReadQuarantined)
export class ReadQuarantinedHandler implements IQueryHandler<ReadQuarantined> {
  constructor(private readonly readModels: ReadModels) {}

  async execute({ id }: ReadQuarantined): Promise<object> {
    const { db } = await this.readModels.of(messages);
    const row = await db.selectFrom('quarantine').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row) throw new Problem(404, `There is nothing in quarantine with the id ${id}.`);
    return toItem(row);
  }
}

const toItem = (row: RowOf<typeof messagesTables.quarantine>) => ({
  id: row.id,
  organization: row.organization,
  reason: row.reason,
  raw: { base64: row.raw_base64, contentType: row.raw_content_type },
  receivedAt: row.received_at,
  source: row.source,
  attempts: row.attempts,
  state: row.reprocessed ? 'REPROCESSED' : 'OPEN',
  became: row.became_id === null ? null : { id: row.became_id, kind: row.became_kind },
});
