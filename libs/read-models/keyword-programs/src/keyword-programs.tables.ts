import { boolean, document, int8, integer, nullable, table, text, texts, time } from '@mo-ledger/projections';

const organizations = table(
  { organization: text(), name: text(), has_key: boolean(), provisioned_at: time(), changed_at: time() },
  ['organization'],
);

const codes = table(
  {
    code: text(),
    type: text(),
    sharing: text(),
    forwarding: text(),
    organization: nullable(text()),
    forwards_opt_out: boolean(),
    opt_out_words: texts(),
    provisioned_at: time(),
    changed_at: time(),
  },
  ['code'],
);

/** Programs as they are provisioned; what happens in them is in the other tables, so that it does not rewrite these rows. */
const programs = table(
  {
    code: text(),
    program: text(),
    organization: text(),
    name: text(),
    handler: text(),
    keywords: texts(),
    /** The keywords in the form in which texts are compared with them. */
    keyword_keys: texts(),
    match: text(),
    catch_all: boolean(),
    starts_at: nullable(time()),
    ends_at: nullable(time()),
    settings: document<Readonly<Record<string, unknown>>>(),
    paused: boolean(),
    retired: boolean(),
    provisioned_at: time(),
    changed_at: time(),
  },
  ['code', 'program'],
  [
    '(organization, code, program)',
    '(handler, code, program)',
    '(code) where catch_all',
    // Without fast updates: what they postpone, each lookup reads until the next vacuum.
    'using gin (keyword_keys) with (fastupdate = off) where not retired',
  ],
);

const program_figures = table(
  {
    code: text(),
    program: text(),
    messages: integer(),
    /** Those who are JOINED. */
    participants: integer(),
    first_message_at: nullable(time()),
    last_message_at: nullable(time()),
  },
  ['code', 'program'],
);

/** Everybody who texted a program; who never joined it has no state. */
const participants = table(
  {
    code: text(),
    program: text(),
    /** The subscriber's id. */
    subscriber: text(),
    device_address: text(),
    device_e164: nullable(text()),
    state: nullable(text()),
    /** Of the event by which it joined first. */
    position: nullable(int8()),
    joined_at: nullable(time()),
    left_at: nullable(time()),
    carrier: nullable(text()),
    last_message_at: nullable(time()),
  },
  ['code', 'program', 'subscriber'],
  [
    '(code, program, position) where position is not null',
    '(code, program, state, position) where position is not null',
  ],
);

/** What happened in a program, by hour (UTC). */
const activity = table(
  { code: text(), program: text(), hour: time(), messages: integer(), joins: integer(), leaves: integer() },
  ['code', 'program', 'hour'],
);

/** Who texted a program on a day (UTC): one bit for each hour. */
const activity_devices = table({ code: text(), program: text(), day: time(), subscriber: text(), hours: integer() }, [
  'code',
  'program',
  'day',
  'subscriber',
]);

export const keywordProgramsTables = {
  organizations,
  codes,
  programs,
  program_figures,
  participants,
  activity,
  activity_devices,
};
