import { boolean, int8, nullable, table, text, time, type Column } from '@mo-ledger/projections';
import type { ReviewKind } from '@mo-ledger/subscribers';

const NEWEST = 'created_at desc, position desc';

export type ConsentState = 'OPTED_IN' | 'OPTED_OUT';
/** A text that is one of a few words. */
const word = <T extends string>(): Column<T> => ({ sql: 'text not null' });

/** Each subscriber whose consent was ever given or withdrawn, as it is now. */
const subscribers = table(
  {
    /** Its stream. */
    id: text(),
    code: text(),
    device_address: text(),
    device_e164: nullable(text()),
    state: word<ConsentState>(),
    since: time(),
    /** Of the event that changed it last: the order of the list. */
    position: int8(),
  },
  ['id'],
  ['(left(code, 64), position)', '(left(code, 64), state, position)'],
);

/** Every change of consent, with its evidence: what consent was at any time. */
const changes = table(
  {
    position: int8(),
    subscriber: text(),
    code: text(),
    device_address: text(),
    device_e164: nullable(text()),
    state: word<ConsentState>(),
    confidence: nullable(text()),
    ledger_id: text(),
    message_id: nullable(text()),
    text: text(),
    at: time(),
  },
  ['position'],
  [
    '(subscriber, position)',
    '(left(device_e164, 64), left(code, 64)) where device_e164 is not null',
    '(left(device_address, 64), left(code, 64)) where device_e164 is null',
  ],
);

/** The ways in which numbers were written, but for their own digits: with `country_code`, a national number. */
const written = table(
  { subscriber: text(), digits: text(), code: text(), position: int8() },
  ['subscriber', 'digits'],
  ['(left(digits, 64), left(code, 64))'],
);

/** Every joining and leaving of a program. */
const enrolments = table(
  { position: int8(), program: text(), subscriber: text(), state: word<'JOINED' | 'LEFT'>(), at: time() },
  ['position', 'program'],
  ['(subscriber, position)'],
);

const reviews = table(
  {
    id: text(),
    position: int8(),
    kind: word<ReviewKind>(),
    ledger_id: text(),
    organization: text(),
    code: text(),
    device_address: text(),
    text: text(),
    created_at: time(),
    due_at: nullable(time()),
    state: word<'OPEN' | 'RESOLVED'>(),
    decision: nullable(text()),
    note: nullable(text()),
  },
  ['id'],
  [
    `(${NEWEST})`,
    `(organization, ${NEWEST})`,
    `(left(code, 64), ${NEWEST})`,
    `(kind, ${NEWEST})`,
    `(${NEWEST}) where state = 'OPEN'`,
  ],
);

/** How each code was provisioned, and when: whether a STOP is sure to reach us. */
const codes = table(
  { position: int8(), code: text(), at: time(), keywords_only: boolean() },
  ['position'],
  ['(left(code, 64), position)'],
);

export const consentTables = { subscribers, changes, written, enrolments, reviews, codes };
