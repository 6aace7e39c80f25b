import type { RowOf } from '@mo-ledger/projections';
import type { auditTables } from './audit-trail.tables.js';

export const KINDS = ['MO', 'MMS_MO', 'STATUS', 'QUARANTINED'] as const;
export type AttemptKind = (typeof KINDS)[number];
export const OUTCOMES = ['RECORDED', 'DUPLICATE', 'CONFLICT', 'QUARANTINED'] as const;
export type AttemptOutcome = (typeof OUTCOMES)[number];

/** What the gateway is told about every post that is recorded (GATEWAY.md, Answering). */
const ANSWER = 200;

export type AttemptRow = RowOf<typeof auditTables.attempts>;

/** API.md, `GET /audit/attempts`. */
export const toAttempt = (row: AttemptRow) => ({
  id: row.id,
  ledgerId: row.ledger_id,
  at: row.at,
  organization: row.organization,
  carrier: row.carrier,
  channel: row.channel,
  router: row.router,
  code: row.code,
  deviceAddress: row.device_address,
  messageId: row.message_id,
  kind: row.kind,
  outcome: row.outcome,
  source: row.source,
  answer: ANSWER,
  durationMs: row.duration_ms,
});
export type Attempt = ReturnType<typeof toAttempt>;
