import { Problem } from '@mo-ledger/http';
import type {
  ConflictingDuplicateRecorded,
  DeliveryAttempt,
  MessageRecorded,
  MessageRedelivered,
} from '@mo-ledger/messages';
import { ReadModels } from '@mo-ledger/projections';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { MESSAGE_COLUMNS, toMessageItem, type MessageItem } from './message-item.js';
import { messages } from './messages.projection.js';

interface EventRow {
  readonly type: string;
  readonly at: string;
  readonly data: object;
}

const DELIVERIES = {
  MessageRecorded: 'RECORDED',
  MessageRedelivered: 'DUPLICATE',
  ConflictingDuplicateRecorded: 'CONFLICT',
} as const;
const isDelivery = ({ type }: EventRow): boolean => Object.hasOwn(DELIVERIES, type);

/** API.md, `GET /messages/{id}`. */
export type WholeMessage = MessageItem & {
  readonly fields: MessageRecorded['data']['fields'];
  readonly attachments: readonly string[];
  readonly extra: MessageRecorded['data']['extra'];
  readonly raw: DeliveryAttempt['raw'];
  readonly decoding: string;
  readonly suggestion: { readonly deviceE164Candidate: string } | null;
  readonly deliveries: readonly object[];
  readonly events: readonly EventRow[];
};

export class ReadMessage extends Query<WholeMessage> {
  constructor(readonly id: string) {
    super();
  }
}

@QueryHandler(ReadMessage)
export class ReadMessageHandler implements IQueryHandler<ReadMessage> {
  constructor(private readonly readModels: ReadModels) {}

  async execute({ id }: ReadMessage): Promise<WholeMessage> {
    const { db } = await this.readModels.of(messages);
    const row = await db.selectFrom('messages').select(MESSAGE_COLUMNS).where('id', '=', id).executeTakeFirst();
    if (!row) throw new Problem(404, `There is no message ${id}.`);
    const events: EventRow[] = await db
      .selectFrom('message_events')
      .select(['type', 'at', 'data'])
      .where('ledger_id', '=', id)
      .orderBy('position')
      .execute();
    const recorded = events.find(({ type }) => type === 'MessageRecorded');
    if (!recorded) throw new Error(`the message ${id} has no event that recorded it`);
    const { fields, attachments, extra, decoding, attempt } = recorded.data as MessageRecorded['data'];
    return {
      ...toMessageItem(row),
      ...{ fields, attachments, extra, raw: attempt.raw, decoding },
      suggestion: row.device_candidate === null ? null : { deviceE164Candidate: row.device_candidate },
      deliveries: events.filter(isDelivery).map((event) => toDelivery(event, fields)),
      events,
    };
  }
}

type Delivery = (MessageRecorded | MessageRedelivered | ConflictingDuplicateRecorded)['data'];

function toDelivery({ type, data }: EventRow, first: MessageRecorded['data']['fields']) {
  const delivery = data as Delivery;
  const { attempt } = delivery;
  // A repeat with the same content says where it came from itself, everything else in its fields.
  const { carrier, channel, router } = 'fields' in delivery ? delivery.fields : { ...first, ...delivery };
  return {
    ...{ id: attempt.attemptId, ledgerId: delivery.ledgerId, at: attempt.receivedAt },
    ...{ organization: delivery.organization, carrier, channel, router, code: delivery.code },
    ...{ deviceAddress: delivery.deviceAddress, messageId: delivery.messageId, kind: delivery.kind },
    outcome: DELIVERIES[type as keyof typeof DELIVERIES],
    ...{ source: attempt.source, answer: 200, durationMs: attempt.durationMs, raw: attempt.raw },
  };
}
