import { createHash } from 'node:crypto';
import type { AnyEvent, Recorded } from '@mo-ledger/event-sourcing';
import {
  ConflictingDuplicateRecorded,
  DOCUMENTED_FIELDS,
  MessageRecorded,
  MessageRedelivered,
  StatusNotificationRecorded,
  type Fields,
} from '@mo-ledger/messages';

export const BEGIN = Date.parse('2026-10-01T00:00:00.000Z');
export const DAYS = 30;

const CARRIERS = ['cingular', 'verizon', 'tmobile', 'sprint', 'att', 'rogers'];
const ROUTERS = ['MMX', 'SMX', 'RTR'];
const CODES = ['26161', '87767', '12345', '54321', '99111', '77000', '40404', '18885551234'];
const DEVICES = 200_000;
const NO_FIELDS = Object.fromEntries(DOCUMENTED_FIELDS.map((name) => [name, null])) as unknown as Fields;

/** A number from 0 to `below` that depends only on the place in the log and the purpose. */
const pick = (n: number, purpose: number, below: number): number => {
  const mixed = Math.imul(n + 1, 0x9e3779b1) ^ Math.imul(purpose + 1, 0x85ebca6b);
  return ((Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) >>> 0) / 2 ** 32) * below;
};
const of = <T>(list: readonly T[], n: number, purpose: number): T =>
  list[Math.floor(pick(n, purpose, list.length))] as T;
const idOf = (n: number): string => createHash('md5').update(String(n)).digest('hex');

/** Generates a log of delivery attempts that are spread evenly over the days. */
export function* attempts(count: number): Generator<Recorded> {
  for (let n = 0; n < count; n++) {
    const id = idOf(n);
    yield {
      ...eventOf(n, id, new Date(BEGIN + Math.floor((n / count) * DAYS * 86_400_000)).toISOString()),
      id,
      stream: `message-${id}`,
      revision: 0n,
      position: BigInt(1_000 + n * 700),
      created: new Date(BEGIN),
      metadata: { $correlationId: id, $causationId: id, recordedBy: 'bench', schemaVersion: 1 },
    };
  }
}

function eventOf(n: number, ledgerId: string, receivedAt: string): AnyEvent {
  const digits = `1404${String(Math.floor(pick(n, 1, DEVICES))).padStart(7, '0')}`;
  // One in a hundred comes from a rare carrier: a filter for it must not look through all the others.
  const carrier = pick(n, 2, 100) < 1 ? 'rare' : of(CARRIERS, n, 3);
  const channel = pick(n, 4, 20) < 1 ? 'mms' : 'sms';
  const router = of(ROUTERS, n, 5);
  const context = { ledgerId, organization: pick(n, 6, 10) < 1 ? 'second' : 'first', gateway: 'kaleyra' };
  const sender = { deviceAddress: digits, deviceE164: `+${digits}` };
  const messageId = String(148_929_000_000 + n);
  const raw = { base64: '', contentType: null };
  const attempt = { attemptId: ledgerId, receivedAt, source: '208.71.240.10', durationMs: 1.25, raw };
  const fields = { ...NO_FIELDS, carrier, channel, router, message: 'JOIN' };
  const content = { fields, attachments: [], extra: [], decoding: 'utf-8' };
  const common = { ...context, ...sender, code: of(CODES, n, 7), messageId, attempt };
  const whole = {
    ...common,
    ...content,
    deviceE164Candidate: null,
    messageSubid: '0',
    anomalies: [],
    kind: 'MO' as const,
  };
  const which = pick(n, 8, 100);
  if (which < 10) return new MessageRedelivered({ ...common, carrier, channel, router, kind: 'MO' });
  if (which < 11) return new ConflictingDuplicateRecorded(whole);
  if (which < 14) return new StatusNotificationRecorded({ ...common, ...content, anomalies: [], kind: 'STATUS' });
  return new MessageRecorded(whole);
}
