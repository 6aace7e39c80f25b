import { int8, integer, nullable, table, text, time, uncompressed, type Column } from '@mo-ledger/projections';

const NEWEST = 'at desc, position desc';
/** A text whose order is the same in every database. */
const sorted = (): Column<string> => ({ sql: 'text collate "C" not null' });
const milliseconds = (): Column<number> => ({ sql: 'float8 not null' });

/** One row a delivery attempt; every filter has an index in the order of the list. */
const attempts = table(
  {
    /** Of the event that recorded it. */
    position: int8(),
    id: text(),
    ledger_id: text(),
    at: time(),
    organization: text(),
    carrier: nullable(text()),
    channel: nullable(text()),
    router: nullable(text()),
    code: nullable(text()),
    device_address: nullable(text()),
    device_e164: nullable(text()),
    /** The sender as it was written, where that is not its E.164 with or without the plus. */
    device_otherwise: nullable(text()),
    message_id: nullable(text()),
    kind: text(),
    outcome: text(),
    source: text(),
    duration_ms: milliseconds(),
  },
  ['position'],
  [
    `(${NEWEST})`,
    `(organization, ${NEWEST})`,
    `(left(carrier, 64), ${NEWEST})`,
    `(left(channel, 64), ${NEWEST})`,
    `(left(router, 64), ${NEWEST})`,
    `(left(code, 64), ${NEWEST})`,
    `(left(device_e164, 64), ${NEWEST}) where device_e164 is not null`,
    `(left(device_otherwise, 64), ${NEWEST}) where device_otherwise is not null`,
    `(left(message_id, 64), ${NEWEST}) where message_id is not null`,
    `(kind, ${NEWEST}) where kind <> 'MO'`,
    `(outcome, ${NEWEST}) where outcome <> 'RECORDED'`,
  ],
);

/** Totals of refused posts, as they were written: one row for each reason and source of an interval. */
const refusals = table(
  {
    position: int8(),
    number: integer(),
    from: time(),
    to: time(),
    reason: text(),
    source: text(),
    count: integer(),
  },
  ['position', 'number'],
  ['("from" desc, position desc, number desc)'],
);

/** Totals of each interval, by several sets of dimensions: a summary reads a row for each of its items, however many attempts it covers. */
const rollups = table(
  {
    /** A hash of the interval, the set, the organization and the values. */
    id: text(),
    interval: text(),
    /** The set of dimensions that it counts by; the values of the others are null. */
    mask: integer(),
    from: time(),
    organization: text(),
    carrier: nullable(text()),
    channel: nullable(text()),
    router: nullable(text()),
    code: nullable(text()),
    sort: sorted(),
    recorded: integer(),
    duplicates: integer(),
    conflicts: integer(),
    quarantined: integer(),
    distinct_devices: integer(),
    /** A sketch of them: what can be added up. */
    devices: uncompressed(text()),
  },
  ['id'],
  ['(interval, mask, "from", sort, organization)'],
);

export const auditTables = { attempts, rollups, refusals };
