import { Problem } from '@mo-ledger/http';
import { keywordKey } from '@mo-ledger/matching';
import { ReadModels } from '@mo-ledger/projections';
import {
  all,
  Filter,
  is,
  isShort,
  newestByTime,
  TimedListQuery,
  within,
  writtenAs,
  type Condition,
  type Page,
} from '@mo-ledger/read-model-kit';
import { sql } from '@mo-ledger/read-store';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { MESSAGE_COLUMNS, toMessageItem, type MessageItem, type MessageRow } from './message-item.js';
import { messages } from './messages.projection.js';
import { searchQuery } from './search-words.js';

const KINDS = ['MO', 'MMS_MO'] as const;
const OUTCOMES = ['PENDING', 'MATCHED', 'RESERVED', 'UNMATCHED', 'UNPROVISIONED', 'NOT_ROUTED', 'FAILED'] as const;
const ANOMALIES = [
  ...(['DEVICE_ADDRESS_MALFORMED', 'CHARSET_FALLBACK', 'DUPLICATE_FIELD', 'MESSAGE_ID_MISSING'] as const),
  ...(['CONFLICTING_DUPLICATE', 'INBOUND_ADDRESS_UNPROVISIONED', 'UNEXPECTED_KEYWORD_ON_SHARED_CODE'] as const),
  'OUT_OF_ORDER_CONSENT',
] as const;

/** The parameters of `GET /messages`. */
export class MessageFilters extends TimedListQuery {
  @Filter() organization?: string;
  @Filter() code?: string;
  @Filter('as it was written or in E.164, with or without the plus') device?: string;
  @Filter() messageId?: string;
  @Filter() program?: string;
  @Filter() keyword?: string;
  @Filter() carrier?: string;
  @Filter() channel?: string;
  @Filter() router?: string;
  @ApiPropertyOptional({ enum: KINDS }) @IsOptional() @IsIn(KINDS) kind?: string;
  @ApiPropertyOptional({ enum: OUTCOMES }) @IsOptional() @IsIn(OUTCOMES) outcome?: string;
  @ApiPropertyOptional({ enum: ANOMALIES }) @IsOptional() @IsIn(ANOMALIES) anomaly?: string;
  @Filter('words of the text, or their beginnings') q?: string;
}

export class FindMessages extends Query<Page<MessageItem>> {
  constructor(readonly filters: MessageFilters) {
    super();
  }
}

/**
 * So many messages are looked through for the words of `q`. What does not fill a page from n messages is in at most 50 of n, and looking it
 * up costs as much for each that has it: both alike at √(50 × 2 million).
 */
const LOOKED_THROUGH = 10_000;

const newestFirst = newestByTime('messages', 'received_at');

@QueryHandler(FindMessages)
export class FindMessagesHandler implements IQueryHandler<FindMessages> {
  constructor(private readonly readModels: ReadModels) {}

  async execute({ filters }: FindMessages): Promise<Page<MessageItem>> {
    const { limit, cursor, device, q } = filters;
    const { db, version } = await this.readModels.of(messages);
    // They are rare, and a planner that thinks otherwise looks through all messages, from the newest on.
    const odd = (anomaly: string) =>
      db
        .selectFrom('messages')
        .select('id')
        .where(sql<boolean>`cardinality(anomalies) > 0 and anomalies @> ${[anomaly]}::text[]`);
    const hasAnomaly = filters.anomaly === undefined ? null : sql<boolean>`id = any(array(${odd(filters.anomaly)}))`;
    const others = [
      ...conditions(filters, version),
      hasAnomaly,
      cursor === undefined ? null : newestFirst.after(cursor),
    ];
    const newest = (condition: Condition | null) =>
      db
        .selectFrom('messages')
        .select(MESSAGE_COLUMNS)
        .where(all([...others, condition]))
        .orderBy(newestFirst.order)
        .limit(limit + 1);
    const found = q === undefined ? null : matches(q);
    const page = (rows: readonly MessageRow[]) => newestFirst.page(rows, limit, toMessageItem);
    if (device !== undefined) {
      // Each way of writing it has an index in this order; asked for at once, all messages would be looked through.
      const anyWay = sql.join(
        writtenAs(device).map((sender) => newest(all([sender, found]))),
        sql` union `,
      );
      const { rows } = await sql<MessageRow>`${anyWay} order by ${newestFirst.order} limit ${limit + 1}`.execute(db);
      return page(rows);
    }
    if (found === null) return page(await newest(null).execute());
    // No planner knows how rare a word's beginning is: a common one fills the page from the newest, what does not is looked up.
    const latest = db
      .selectFrom('messages')
      .select([...MESSAGE_COLUMNS, 'words'])
      .where(all(others))
      .orderBy(newestFirst.order)
      .limit(LOOKED_THROUGH);
    const common = await db
      .selectFrom(latest.as('latest'))
      .select(MESSAGE_COLUMNS)
      .where(found)
      .orderBy(newestFirst.order)
      .limit(limit + 1)
      .execute();
    if (common.length > limit) return page(common);
    const indexed = db.selectFrom('messages').select('id').where(found);
    return page(await newest(sql<boolean>`id = any(array(${indexed}))`).execute());
  }
}

const conditions = (filters: MessageFilters, version: number): (Condition | null)[] => [
  isShort('organization', filters.organization),
  is('code', filters.code),
  is('message_id', filters.messageId),
  isShort('program', filters.program),
  filters.keyword === undefined ? null : hasKeyword(filters.keyword, version),
  is('carrier', filters.carrier),
  is('channel', filters.channel),
  is('router', filters.router),
  isShort('kind', filters.kind),
  isShort('outcome', filters.outcome),
  within('received_at', filters),
];

/** However it is written: `join` finds JOIN. What is no keyword at all finds nothing. */
function hasKeyword(keyword: string, version: number): Condition | null {
  if (version === 1) return is('keyword', keyword);
  const key = keywordKey(keyword);
  return key === null ? sql<boolean>`false` : all([is('keyword_key', key), sql<boolean>`keyword_key is not null`]);
}

function matches(q: string): Condition {
  const wanted = searchQuery(q);
  if (wanted === null) throw new Problem(400, 'q has no word', [{ field: 'q', message: 'has no word to look for' }]);
  return sql<boolean>`array_to_tsvector(words) @@ ${wanted}::text::tsquery`;
}
