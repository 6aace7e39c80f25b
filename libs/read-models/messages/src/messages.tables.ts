import { boolean, document, int8, integer, nullable, table, text, texts, time } from '@mo-ledger/projections';

const NEWEST = 'received_at desc, position desc';

/** What version 2 has besides: a value that is rare, or not there at all, is found without looking at every message. */
const INDEXES_2 = [
  `(left(keyword_key, 64), ${NEWEST}) where keyword_key is not null`,
  ...['carrier', 'channel', 'router'].map((column) => `(left(${column}, 64), ${NEWEST})`),
  `(outcome, ${NEWEST}) where outcome <> 'MATCHED'`,
  `(kind, ${NEWEST}) where kind <> 'MO'`,
];

const messages = table(
  {
    id: text(),
    /** Of the event that recorded it. */
    position: int8(),
    kind: text(),
    organization: text(),
    code: text(),
    device_address: text(),
    device_e164: nullable(text()),
    device_candidate: nullable(text()),
    carrier: nullable(text()),
    channel: nullable(text()),
    router: nullable(text()),
    message_id: nullable(text()),
    message_subid: nullable(text()),
    message: nullable(text()),
    message_orig: nullable(text()),
    received_at: time(),
    attempts: integer(),
    /** Found by a later delivery or when it was recorded. */
    own_anomalies: texts(),
    /** Those and the ones that routing found. */
    anomalies: texts(),
    outcome: text(),
    program: nullable(text()),
    keyword: nullable(text()),
    match: nullable(text()),
    args: texts(),
    reserved: nullable(text()),
    handler: nullable(text()),
    error: nullable(text()),
    reason: nullable(text()),
    /** Of the recording, or the request to route it again, that has not been answered by routing yet. */
    pending_position: nullable(int8()),
    /** Of the last routing. */
    routed_position: nullable(int8()),
    words: texts(),
    /** The keyword in the form in which keywords are compared. */
    keyword_key: nullable(text()),
  },
  ['id'],
  [
    `(${NEWEST})`,
    `(organization, ${NEWEST})`,
    `(left(code, 64), ${NEWEST})`,
    `(left(device_address, 64), ${NEWEST})`,
    `(left(device_e164, 64), ${NEWEST}) where device_e164 is not null`,
    '(left(message_id, 64))',
    `(program, ${NEWEST}) where program is not null`,
    '(position)',
    '(routed_position)',
    '(pending_position) where pending_position is not null',
    'using gin (array_to_tsvector(words))',
    'using gin (anomalies) where cardinality(anomalies) > 0',
    ...INDEXES_2,
  ],
);

/** Everything that happened to a message: its deliveries, its routing and what followed from it. */
const message_events = table(
  { position: int8(), ledger_id: text(), type: text(), at: time(), data: document<object>() },
  ['position'],
  ['(ledger_id, position)'],
);

const statuses = table(
  {
    id: text(),
    position: int8(),
    organization: text(),
    code: nullable(text()),
    device_address: nullable(text()),
    device_e164: nullable(text()),
    message_id: nullable(text()),
    message_subid: nullable(text()),
    smscid: nullable(text()),
    client_message_id: nullable(text()),
    status: nullable(text()),
    status_code: nullable(text()),
    carrier: nullable(text()),
    channel: nullable(text()),
    router: nullable(text()),
    received_at: time(),
    attempts: integer(),
  },
  ['id'],
  [
    `(${NEWEST})`,
    `(organization, ${NEWEST})`,
    '(left(message_id, 64))',
    '(left(device_address, 64))',
    '(left(device_e164, 64)) where device_e164 is not null',
  ],
);

const quarantine = table(
  {
    id: text(),
    position: int8(),
    organization: text(),
    reason: text(),
    raw_base64: text(),
    raw_content_type: nullable(text()),
    received_at: time(),
    source: text(),
    attempts: integer(),
    reprocessed: boolean(),
    became_id: nullable(text()),
    became_kind: nullable(text()),
  },
  ['id'],
  [`(${NEWEST})`, `(organization, ${NEWEST})`],
);

export const messagesTables = { messages, message_events, statuses, quarantine };

/** As they were before version 2. */
export const messagesTables1 = {
  ...messagesTables,
  messages: table(
    without(messages.columns, 'keyword_key'),
    ['id'],
    messages.indexes.filter((index) => !INDEXES_2.includes(index)),
  ),
};

function without<T extends object, K extends keyof T>(columns: T, name: K): Omit<T, K> {
  const { [name]: _, ...rest } = columns;
  return rest;
}
