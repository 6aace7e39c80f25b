import { ReadModels } from '@mo-ledger/projections';
import { all, Instant, is, isShort, Keyset, ListQuery, within, type Page } from '@mo-ledger/read-model-kit';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { consent } from './consent.projection.js';
import type { ConsentState } from './consent.tables.js';

const STATES = ['OPTED_OUT', 'OPTED_IN'] as const;

/** The parameters of `GET /codes/{code}/subscribers`. */
export class SubscriberFilters extends ListQuery {
  @ApiPropertyOptional({ enum: STATES }) @IsOptional() @IsIn(STATES) consent?: ConsentState;
  @Instant('whose consent has changed since then, inclusive') since?: Date;
}

/** A page, and the cursor that stands behind its last item whether or not there is more yet: a follower goes on from there. */
export interface FollowedPage<Item> extends Page<Item> {
  readonly resume: string | null;
}

export interface SubscriberItem {
  readonly deviceAddress: string;
  readonly deviceE164: string | null;
  readonly consent: ConsentState;
  readonly since: string;
}

/** A code's subscribers in the order of the log in which their consent changed. */
export class FindSubscribers extends Query<FollowedPage<SubscriberItem>> {
  constructor(
    readonly code: string,
    readonly filters: SubscriberFilters,
  ) {
    super();
  }
}

// A subscriber who changes moves to the end: whoever goes on from a cursor meets everybody who has changed after it.
const asTheyChanged = new Keyset('subscribers', [{ column: 'position', kind: 'position' }], 'asc');

@QueryHandler(FindSubscribers)
export class FindSubscribersHandler implements IQueryHandler<FindSubscribers> {
  constructor(private readonly readModels: ReadModels) {}

  async execute({ code, filters }: FindSubscribers): Promise<FollowedPage<SubscriberItem>> {
    const { limit, cursor, since } = filters;
    const { db } = await this.readModels.of(consent);
    const conditions = [
      is('code', code),
      isShort('state', filters.consent),
      since ? within('since', { from: since }) : null,
      cursor === undefined ? null : asTheyChanged.after(cursor),
    ];
    const rows = await db
      .selectFrom('subscribers')
      .select(['device_address', 'device_e164', 'state', 'since', 'position'])
      .where(all(conditions))
      .orderBy(asTheyChanged.order)
      .limit(limit + 1)
      .execute();
    const page = asTheyChanged.page(rows, limit, (row) => ({
      ...{ deviceAddress: row.device_address, deviceE164: row.device_e164, consent: row.state, since: row.since },
    }));
    const last = rows.slice(0, limit).at(-1);
    return { ...page, resume: last ? asTheyChanged.cursorOf(last) : (cursor ?? null) };
  }
}
