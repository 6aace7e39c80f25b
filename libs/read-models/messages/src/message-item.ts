import type { RowOf } from '@mo-ledger/projections';
import type { messagesTables } from './messages.tables.js';

export type MessageRow = Omit<RowOf<typeof messagesTables.messages>, 'words' | 'own_anomalies' | 'keyword_key'>;

/** The columns of a message in a list. */
export const MESSAGE_COLUMNS = [
  ...(['id', 'position', 'kind', 'organization', 'code', 'device_address', 'device_e164', 'device_candidate'] as const),
  ...(['carrier', 'channel', 'router', 'message_id', 'message_subid', 'message', 'message_orig'] as const),
  ...(['received_at', 'attempts', 'anomalies', 'outcome', 'program', 'keyword', 'match', 'args'] as const),
  ...(['reserved', 'handler', 'error', 'reason', 'pending_position', 'routed_position'] as const),
] as const;

/** API.md, A message in a list. */
export const toMessageItem = (row: MessageRow) => ({
  id: row.id,
  kind: row.kind,
  organization: row.organization,
  code: row.code,
  deviceAddress: row.device_address,
  deviceE164: row.device_e164,
  carrier: row.carrier,
  channel: row.channel,
  router: row.router,
  messageId: row.message_id,
  messageSubid: row.message_subid,
  message: row.message,
  messageOrig: row.message_orig,
  receivedAt: row.received_at,
  attempts: row.attempts,
  anomalies: row.anomalies,
  routing: {
    outcome: row.outcome,
    program: row.program,
    keyword: row.keyword,
    match: row.match,
    args: row.args,
    reserved: row.reserved,
    handler: row.handler,
    error: row.error,
    reason: row.reason,
  },
});
export type MessageItem = ReturnType<typeof toMessageItem>;
