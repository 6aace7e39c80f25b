import { ReadModels, type RowOf } from '@mo-ledger/projections';
import {
  all,
  Filter,
  is,
  isDevice,
  isShort,
  newestByTime,
  TimedListQuery,
  within,
  type Page,
} from '@mo-ledger/read-model-kit';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { messages } from './messages.projection.js';
import type { messagesTables } from './messages.tables.js';

/** The parameters of `GET /statuses`. */
export class StatusFilters extends TimedListQuery {
  @Filter() organization?: string;
  @Filter() messageId?: string;
  @Filter() code?: string;
  @Filter('as it was written or in E.164, with or without the plus') device?: string;
}

export class FindStatuses extends Query<Page<object>> {
  constructor(readonly filters: StatusFilters) {
    super();
  }
}

const newestFirst = newestByTime('statuses', 'received_at');

@QueryHandler(FindStatuses)
export class FindStatusesHandler implements IQueryHandler<FindStatuses> {
  constructor(private readonly readModels: ReadModels) {}

  async execute({ filters }: FindStatuses): Promise<Page<object>> {
    const { limit, cursor } = filters;
    const { db } = await this.readModels.of(messages);
    const conditions = [
      isShort('organization', filters.organization),
      is('message_id', filters.messageId),
      is('code', filters.code),
      isDevice(filters.device),
      within('received_at', filters),
      cursor === undefined ? null : newestFirst.after(cursor),
    ];
    const rows = await db
      .selectFrom('statuses')
      .selectAll()
      .where(all(conditions))
      .orderBy(newestFirst.order)
      .limit(limit + 1)
      .execute();
    return newestFirst.page(rows, limit, toItem);
  }
}

const toItem = (row: RowOf<typeof messagesTables.statuses>) => ({
  id: row.id,
  organization: row.organization,
  code: row.code,
  deviceAddress: row.device_address,
  deviceE164: row.device_e164,
  messageId: row.message_id,
  messageSubid: row.message_subid,
  smscid: row.smscid,
  clientMessageId: row.client_message_id,
  status: row.status,
  statusCode: row.status_code,
  carrier: row.carrier,
  channel: row.channel,
  router: row.router,
  receivedAt: row.received_at,
  attempts: row.attempts,
});
