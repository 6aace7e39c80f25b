import { DOCUMENTED_FIELDS, MessageRecorded, MessageRedelivered, type Fields } from '@mo-ledger/messages';
import { KeywordMatched } from '@mo-ledger/subscribers';

const START = Date.parse('2026-11-22T12:00:00.000Z');
/** The time at this many seconds after the examples begin. */
export const at = (seconds: number): string => new Date(START + seconds * 1_000).toISOString();

const NO_FIELDS = Object.fromEntries(DOCUMENTED_FIELDS.map((name) => [name, null])) as unknown as Fields;
export const fields = (given: Partial<Fields>): Fields => ({ ...NO_FIELDS, ...given });

export const attempt = (seconds: number, body = 'a=b') => ({
  attemptId: `attempt-${seconds}`,
  receivedAt: at(seconds),
  source: '208.71.240.10',
  durationMs: 3,
  raw: { base64: Buffer.from(body).toString('base64'), contentType: 'application/x-www-form-urlencoded' },
});

type Recorded = MessageRecorded['data'];

/** A message for read models' specs. */
export const recorded = (ledgerId: string, seconds: number, more: Partial<Recorded> = {}, text = 'JOIN') =>
  new MessageRecorded({
    ...{ ledgerId, organization: 'acme', gateway: 'kaleyra', kind: 'MO', code: '26161' },
    ...{ deviceAddress: '14045554900', deviceE164: '+14045554900', deviceE164Candidate: null },
    ...{ messageId: '1001', messageSubid: '0', anomalies: [], attachments: [], extra: [], decoding: 'utf-8' },
    fields: fields({ message: text, message_orig: text, carrier: 'cingular', channel: 'sms', router: 'MMX' }),
    attempt: attempt(seconds),
    ...more,
  });

export const redelivered = (ledgerId: string, seconds: number) =>
  new MessageRedelivered({
    ...{ ledgerId, organization: 'acme', gateway: 'kaleyra', kind: 'MO', code: '26161' },
    ...{ carrier: 'cingular', channel: 'sms', router: 'MMX', messageId: '1001' },
    ...{ deviceAddress: '14045554900', deviceE164: '+14045554900', attempt: attempt(seconds) },
  });

export const matched = (ledgerId: string, handledPosition: bigint, more: Partial<KeywordMatched['data']> = {}) =>
  new KeywordMatched({
    ...{ ledgerId, handledPosition: String(handledPosition), rerouted: false, organization: 'acme', code: '26161' },
    ...{ deviceAddress: '14045554900', deviceE164: '+14045554900', carrier: 'cingular', channel: 'sms' },
    ...{ messageId: '1001', receivedAt: at(0), codeRevision: '1', program: 'P-JOIN', keyword: 'JOIN', match: 'FIRST' },
    ...{ args: [], reserved: null, handler: 'join', error: null, anomalies: [], reason: null, outcome: 'MATCHED' },
    ...more,
  });
