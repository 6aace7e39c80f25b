import { DOCUMENTED_FIELDS, type DeliveryAttempt, type Fields, type MessagePost, type StatusPost } from './post.js';
import type { QuarantinedPost } from './post.js';
import type { Delivered } from './repeat.js';

/** For specs: posts as a gateway's folder would read them. */
const fieldsOf = (given: Partial<Fields>): Fields =>
  ({ ...Object.fromEntries(DOCUMENTED_FIELDS.map((name) => [name, null])), ...given }) as Fields;

export const messagePost = (given: Partial<Fields> = {}, more: Partial<MessagePost> = {}): MessagePost => {
  const fields = fieldsOf({
    ...{
      device_address: '14045554900',
      inbound_address: '26161',
      message_id: '7',
      message: 'JOIN',
      carrier: 'cingular',
    },
    ...given,
  });
  return {
    kind: 'MO',
    ...{ fields, attachments: [], extra: [], decoding: 'utf-8', code: fields.inbound_address ?? '', anomalies: [] },
    ...{ deviceAddress: fields.device_address ?? '', deviceE164: null, deviceE164Candidate: null },
    ...{ messageId: fields.message_id || null, messageSubid: fields.message_subid || null },
    ...more,
  };
};

export const statusPost = (given: Partial<Fields> = {}): StatusPost => {
  const fields = fieldsOf({ message_id: '7', status_code: '200', smscid: 'f72e', ...given });
  const content = { fields, attachments: [], extra: [], decoding: 'utf-8', anomalies: [] };
  return {
    kind: 'STATUS',
    ...content,
    deviceAddress: null,
    deviceE164: null,
    code: null,
    messageId: fields.message_id,
  };
};

export const quarantinedPost = (): QuarantinedPost => ({
  ...{ kind: 'QUARANTINED', reason: 'UNRECOGNISED', fields: fieldsOf({}) },
  ...{ attachments: [], extra: [], decoding: 'utf-8', code: null, messageId: null },
});

export const attempt = (attemptId: string, more: Partial<DeliveryAttempt> = {}): DeliveryAttempt => ({
  ...{ attemptId, receivedAt: '2026-11-22T12:00:00.000Z', source: '208.71.240.10', durationMs: 1 },
  ...{ raw: { base64: 'eA==', contentType: null }, ...more },
});

export const delivered = (attemptId: string, more: Partial<DeliveryAttempt> = {}): Delivered => ({
  ...{ ledgerId: 'ledger-id', organization: 'acme', gateway: 'kaleyra', attempt: attempt(attemptId, more) },
});
