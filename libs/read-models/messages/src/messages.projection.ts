import type { Recorded } from '@mo-ledger/event-sourcing';
import { installedHandlers } from '@mo-ledger/installed-handlers';
import { keywordKey } from '@mo-ledger/matching';
import {
  ConflictingDuplicateRecorded,
  MessageRecorded,
  MessageRedelivered,
  MessageRerouteRequested,
  PostQuarantined,
  QuarantinedPostRedelivered,
  QuarantinedPostReprocessed,
  StatusNotificationRecorded,
  StatusNotificationRedelivered,
} from '@mo-ledger/messages';
import { defineProjection, type RowOf, type RowsOf } from '@mo-ledger/projections';
import {
  HandlerFailed,
  KeywordMatched,
  MessageNotRouted,
  MessageUnmatched,
  MessageUnprovisioned,
  OptedIn,
  OptedOut,
  ProgramJoined,
  ReservedWordMatched,
  ReviewOpened,
  ReviewResolved,
  type RoutingEvent,
} from '@mo-ledger/subscribers';
import { messagesTables, messagesTables1 } from './messages.tables.js';
import { searchWords } from './search-words.js';

type Rows = RowsOf<typeof messagesTables>;
type MessageRow = RowOf<typeof messagesTables.messages>;

/** Each message with what became of it; status notifications; what is in quarantine. */
export const messages = defineProjection({
  name: 'messages',
  version: 2,
  // Its rows have no `keyword_key`. It may go once no ledger has a build of it any more.
  earlier: [{ version: 1, tables: messagesTables1 }],
  tables: messagesTables,
  events: [
    MessageRecorded,
    MessageRedelivered,
    ConflictingDuplicateRecorded,
    MessageRerouteRequested,
    KeywordMatched,
    ReservedWordMatched,
    MessageUnmatched,
    MessageUnprovisioned,
    MessageNotRouted,
    HandlerFailed,
    StatusNotificationRecorded,
    StatusNotificationRedelivered,
    PostQuarantined,
    QuarantinedPostRedelivered,
    QuarantinedPostReprocessed,
  ],
  on: {
    MessageRecorded(event, rows) {
      rows.messages.put(toMessage(event));
      happened(event, event.data.ledgerId, rows);
    },
    MessageRedelivered(event, rows) {
      rows.messages.change({ id: event.data.ledgerId }, (row) => row && { ...row, attempts: row.attempts + 1 });
      happened(event, event.data.ledgerId, rows);
    },
    ConflictingDuplicateRecorded(event, rows) {
      rows.messages.change(
        { id: event.data.ledgerId },
        (row) =>
          row && {
            ...row,
            attempts: row.attempts + 1,
            own_anomalies: union(row.own_anomalies, ['CONFLICTING_DUPLICATE']),
            anomalies: union(row.anomalies, ['CONFLICTING_DUPLICATE']),
          },
      );
      happened(event, event.data.ledgerId, rows);
    },
    MessageRerouteRequested(event, rows) {
      const pending_position = String(event.position);
      rows.messages.change({ id: event.data.ledgerId }, (row) => row && { ...row, pending_position });
      happened(event, event.data.ledgerId, rows);
    },
    KeywordMatched: routed,
    ReservedWordMatched: routed,
    MessageUnmatched: routed,
    MessageUnprovisioned: routed,
    MessageNotRouted: routed,
    HandlerFailed: routed,

    StatusNotificationRecorded({ data, position }, rows) {
      const { fields, attempt } = data;
      rows.statuses.put({
        ...{ id: data.ledgerId, position: String(position), organization: data.organization, code: data.code },
        ...{ device_address: data.deviceAddress, device_e164: data.deviceE164 },
        ...{ message_id: data.messageId, message_subid: fields.message_subid, smscid: fields.smscid },
        ...{ client_message_id: fields.client_message_id, status: fields.status, status_code: fields.status_code },
        ...{ carrier: fields.carrier, channel: fields.channel, router: fields.router },
        ...{ received_at: attempt.receivedAt, attempts: 1 },
      });
    },
    StatusNotificationRedelivered({ data }, rows) {
      rows.statuses.change({ id: data.ledgerId }, (row) => row && { ...row, attempts: row.attempts + 1 });
    },

    PostQuarantined({ data, position }, rows) {
      const { attempt } = data;
      rows.quarantine.put({
        ...{ id: data.ledgerId, position: String(position), organization: data.organization, reason: data.reason },
        ...{ raw_base64: attempt.raw.base64, raw_content_type: attempt.raw.contentType },
        ...{ received_at: attempt.receivedAt, source: attempt.source, attempts: 1 },
        ...{ reprocessed: false, became_id: null, became_kind: null },
      });
    },
    QuarantinedPostRedelivered({ data }, rows) {
      rows.quarantine.change({ id: data.ledgerId }, (row) => row && { ...row, attempts: row.attempts + 1 });
    },
    QuarantinedPostReprocessed({ data }, rows) {
      const { becameLedgerId: became_id, becameKind: became_kind, reason } = data;
      rows.quarantine.change(
        { id: data.ledgerId },
        (row) =>
          row && { ...row, became_id, became_kind, reprocessed: became_id !== null, reason: reason ?? row.reason },
      );
    },
  },
  /** What followed from a message: consent, enrolment, reviews, and what its keyword handler decided. */
  also: {
    types: [
      OptedOut,
      OptedIn,
      ProgramJoined,
      ReviewOpened,
      ReviewResolved,
      ...installedHandlers.all.flatMap(({ events }) => events),
    ].map(({ type }) => type),
    handle: (event, rows) => {
      const { ledgerId } = event.data as { ledgerId?: unknown };
      happened(event, typeof ledgerId === 'string' ? ledgerId : event.metadata.$correlationId, rows);
    },
  },
  pending: { table: 'messages', column: 'pending_position' },
});

function toMessage({ data, position }: Recorded<MessageRecorded>): MessageRow {
  const { fields, attempt } = data;
  return {
    ...{
      id: data.ledgerId,
      position: String(position),
      kind: data.kind,
      organization: data.organization,
      code: data.code,
    },
    ...{ device_address: data.deviceAddress, device_e164: data.deviceE164, device_candidate: data.deviceE164Candidate },
    ...{ carrier: fields.carrier, channel: fields.channel, router: fields.router },
    ...{ message_id: data.messageId, message_subid: data.messageSubid },
    ...{ message: fields.message, message_orig: fields.message_orig },
    ...{ received_at: attempt.receivedAt, attempts: 1, own_anomalies: data.anomalies, anomalies: data.anomalies },
    ...{ outcome: 'PENDING', program: null, keyword: null, match: null, args: [], reserved: null },
    ...{ handler: null, error: null, reason: null, pending_position: String(position), routed_position: null },
    ...{ words: searchWords(fields.message, fields.message_orig), keyword_key: null },
  };
}

function routed(event: Recorded<RoutingEvent>, rows: Rows): void {
  const { data, position } = event;
  rows.messages.change({ id: data.ledgerId }, (row) => {
    if (!row) return undefined;
    const { outcome, program, keyword, match, args, reserved, handler, error, reason } = data;
    // An answer to the recording does not answer a later request to route the message again.
    const answered = row.pending_position !== null && BigInt(data.handledPosition) >= BigInt(row.pending_position);
    return {
      ...{ ...row, outcome, program, keyword, match, args, reserved, handler, error, reason },
      keyword_key: keyword === null ? null : keywordKey(keyword),
      anomalies: union(row.own_anomalies, data.anomalies),
      pending_position: answered ? null : row.pending_position,
      routed_position: String(position),
    };
  });
  happened(event, data.ledgerId, rows);
}

function happened({ position, type, created, data }: Recorded, ledger_id: string, rows: Rows): void {
  rows.message_events.put({ position: String(position), ledger_id, type, at: created.toISOString(), data });
}

const union = (some: readonly string[], more: readonly string[]): readonly string[] => [...new Set([...some, ...more])];
