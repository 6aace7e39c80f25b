import type { Recorded } from '@mo-ledger/event-sourcing';
import {
  ConflictingDuplicateRecorded,
  MessageRecorded,
  MessageRedelivered,
  PostQuarantined,
  PostsRefused,
  QuarantinedPostRedelivered,
  StatusNotificationRecorded,
  StatusNotificationRedelivered,
  type Repeat,
} from '@mo-ledger/messages';
import { defineProjection, type RowsOf } from '@mo-ledger/projections';
import type { AttemptKind, AttemptOutcome } from './attempt.js';
import { auditTables } from './audit-trail.tables.js';
import { count } from './rollups.js';

type Rows = RowsOf<typeof auditTables>;

/** Every delivery attempt of a message, a status notification or a quarantined post, and the totals of those that were refused. */
export const auditTrail = defineProjection({
  name: 'audit-trail',
  version: 1,
  tables: auditTables,
  events: [
    MessageRecorded,
    MessageRedelivered,
    ConflictingDuplicateRecorded,
    StatusNotificationRecorded,
    StatusNotificationRedelivered,
    PostQuarantined,
    QuarantinedPostRedelivered,
    PostsRefused,
  ],
  on: {
    MessageRecorded: ({ data, position }, rows) => attempted(position, whole(data), data.kind, 'RECORDED', rows),
    MessageRedelivered: ({ data, position }, rows) => attempted(position, data, data.kind, 'DUPLICATE', rows),
    ConflictingDuplicateRecorded: ({ data, position }, rows) =>
      attempted(position, whole(data), data.kind, 'CONFLICT', rows),
    StatusNotificationRecorded: ({ data, position }, rows) =>
      attempted(position, whole(data), data.kind, 'RECORDED', rows),
    StatusNotificationRedelivered: ({ data, position }, rows) =>
      attempted(position, data, data.kind, 'DUPLICATE', rows),
    PostQuarantined: ({ data, position }, rows) => {
      const post = whole({ ...data, deviceAddress: data.fields.device_address, deviceE164: null });
      attempted(position, post, data.kind, 'QUARANTINED', rows);
    },
    QuarantinedPostRedelivered: ({ data, position }, rows) => attempted(position, data, data.kind, 'DUPLICATE', rows),
    PostsRefused: refused,
  },
});

type Post = Omit<Repeat, 'gateway'>;
type WholePost = Omit<Post, 'carrier' | 'channel' | 'router'> & Pick<MessageRecorded['data'], 'fields'>;

/** What a repeat says of itself, from an event that holds all fields. */
const whole = (data: WholePost): Post => {
  const { carrier, channel, router } = data.fields;
  return { ...data, carrier, channel, router };
};

function attempted(position: bigint, post: Post, kind: AttemptKind, outcome: AttemptOutcome, rows: Rows): void {
  const { attempt, deviceAddress, deviceE164, organization, carrier, channel, router, code } = post;
  const isNumber = deviceE164 !== null && (deviceAddress === deviceE164 || `+${deviceAddress}` === deviceE164);
  rows.attempts.put({
    ...{ position: String(position), id: attempt.attemptId, ledger_id: post.ledgerId, at: attempt.receivedAt },
    ...{ organization, carrier, channel, router, code, device_address: deviceAddress, device_e164: deviceE164 },
    ...{ device_otherwise: isNumber ? null : deviceAddress, message_id: post.messageId, kind, outcome },
    ...{ source: attempt.source, duration_ms: attempt.durationMs },
  });
  const values = { carrier, channel, router, code };
  count({ at: attempt.receivedAt, organization, values, outcome, device: deviceE164 ?? deviceAddress }, rows);
}

function refused({ data: { from, to, refusals }, position }: Recorded<PostsRefused>, rows: Rows): void {
  refusals.forEach(({ reason, source, count }, number) =>
    rows.refusals.put({ position: String(position), number, from, to, reason, source, count }),
  );
}
