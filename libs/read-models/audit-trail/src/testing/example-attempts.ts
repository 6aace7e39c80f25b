import {
  ConflictingDuplicateRecorded,
  PostQuarantined,
  QuarantinedPostRedelivered,
  StatusNotificationRecorded,
  StatusNotificationRedelivered,
} from '@mo-ledger/messages';
import { attempt, fields, recorded } from '@mo-ledger/messages-read-model/testing';

const base = { organization: 'acme', gateway: 'kaleyra' };
const content = { attachments: [], extra: [], decoding: 'utf-8' };

export const conflict = (ledgerId: string, seconds: number) =>
  new ConflictingDuplicateRecorded({ ...recorded(ledgerId, seconds).data, fields: fields({ carrier: 'att' }) });

export const status = (ledgerId: string, seconds: number, organization = 'acme') =>
  new StatusNotificationRecorded({
    ...base,
    ...content,
    organization,
    ledgerId,
    kind: 'STATUS',
    deviceAddress: null,
    deviceE164: null,
    code: null,
    messageId: '5',
    anomalies: [],
    fields: fields({ smscid: 's' }),
    attempt: attempt(seconds),
  });
export const statusAgain = (ledgerId: string, seconds: number, organization = 'acme') =>
  new StatusNotificationRedelivered({
    ...base,
    organization,
    ledgerId,
    kind: 'STATUS',
    carrier: null,
    channel: null,
    router: null,
    code: null,
    deviceAddress: null,
    deviceE164: null,
    messageId: '5',
    attempt: attempt(seconds),
  });
export const quarantined = (ledgerId: string, seconds: number, organization = 'acme') =>
  new PostQuarantined({
    ...base,
    ...content,
    organization,
    ledgerId,
    kind: 'QUARANTINED',
    reason: 'INBOUND_ADDRESS_MISSING',
    fields: fields({ device_address: '14045554900', carrier: 'cingular' }),
    code: null,
    messageId: '7',
    attempt: attempt(seconds),
  });
export const quarantinedAgain = (ledgerId: string, seconds: number, organization = 'acme') =>
  new QuarantinedPostRedelivered({
    ...base,
    organization,
    ledgerId,
    kind: 'QUARANTINED',
    carrier: 'cingular',
    channel: null,
    router: null,
    code: null,
    deviceAddress: '14045554900',
    deviceE164: null,
    messageId: '7',
    attempt: attempt(seconds),
  });
