import type { LedgerId, LedgerKey } from '@mo-ledger/event-sourcing';
import { DOCUMENTED_FIELDS, messageIdentity, MessageRecorded, type Fields } from '@mo-ledger/messages';

/** When the first seeded message was received. The next one follows STEP_MS later: a million messages take thirty days. */
export const BEGIN = Date.parse('2026-01-01T00:00:00.000Z');
const STEP_MS = 2_592;

export const ORGANIZATION = 'acme';
export const CODE = '26161';
/** The texts of each person, in order; one person in ten ends with STOP. */
const TEXTS = ['Join!', 'vote red', 'Vote blue', 'INFO', 'hello there', 'JOIN', 'VOTE green', 'thank you', 'info'];
export const TEXTS_EACH = TEXTS.length + 1;
const CARRIERS = ['verizon', 'tmobile', 'cingular', 'uscellular', 'att'];
const ROUTERS = ['MMX', 'SMX', 'RTR'];
const NO_FIELDS = Object.fromEntries(DOCUMENTED_FIELDS.map((name) => [name, null])) as unknown as Fields;

const textOf = (person: number, nth: number): string => TEXTS[nth] ?? (person % 10 === 0 ? 'STOP' : 'see you');
const of = (list: readonly string[], n: number): string => list[n % list.length] ?? '';

/** The phone number of the nth person: North American, and never one of the load generator's. */
export const phoneOf = (person: number): string => `1212${String(2_000_000 + person).padStart(7, '0')}`;

/** A person's nth text as the receiver records it; `n` is its place among all seeded messages. */
export function message(
  key: LedgerKey,
  n: number,
  person: number,
  nth: number,
): MessageRecorded & { ledgerId: LedgerId } {
  const deviceAddress = phoneOf(person);
  const messageId = String(148_929_000_000 + n);
  const text = textOf(person, nth);
  const [carrier, router] = [of(CARRIERS, person), of(ROUTERS, person)];
  const raw =
    `device_address=${deviceAddress}&inbound_address=${CODE}&router=${router}&carrier=${carrier}&channel=sms` +
    `&message_orig=${encodeURIComponent(text)}&message=${encodeURIComponent(text)}&message_id=${messageId}` +
    `&message_subid=0&status=Processing&status_code=10&a2w_mo_ref_id=${messageId}&country_code=1`;
  const fields: Fields = {
    ...NO_FIELDS,
    device_address: deviceAddress,
    inbound_address: CODE,
    router,
    carrier,
    channel: 'sms',
    message_orig: text,
    message: text,
    message_id: messageId,
    message_subid: '0',
    status: 'Processing',
    status_code: '10',
    a2w_mo_ref_id: messageId,
    country_code: '1',
  };
  const post = {
    kind: 'MO' as const,
    code: CODE,
    messageId,
    messageSubid: '0',
    anomalies: [],
    fields,
    attachments: [],
    extra: [],
    decoding: 'utf-8',
    deviceAddress,
    deviceE164: `+${deviceAddress}`,
    deviceE164Candidate: null,
  };
  const ledgerId = messageIdentity(key, ORGANIZATION, post);
  const attempt = {
    attemptId: key.uuid('seed-attempt', n),
    receivedAt: new Date(BEGIN + n * STEP_MS).toISOString(),
    source: '208.71.240.10',
    durationMs: 1.25,
    raw: { base64: Buffer.from(raw).toString('base64'), contentType: 'application/x-www-form-urlencoded' },
  };
  const recorded = new MessageRecorded({ ...post, ledgerId, organization: ORGANIZATION, gateway: 'kaleyra', attempt });
  return Object.assign(recorded, { ledgerId });
}
