import {
  CodeChanged,
  CodeProvisioned,
  ProgramChanged,
  ProgramPaused,
  ProgramProvisioned,
  ProgramResumed,
  ProgramRetired,
} from '@mo-ledger/codes';
import type { Recorded } from '@mo-ledger/event-sourcing';
import { keywordKey } from '@mo-ledger/matching';
import { OrganizationChanged, OrganizationProvisioned } from '@mo-ledger/organizations';
import { defineProjection, type RowOf, type RowsOf } from '@mo-ledger/projections';
import { KeywordMatched, OptedOut, ProgramJoined } from '@mo-ledger/subscribers';
import { keywordProgramsTables } from './keyword-programs.tables.js';
import { dayOf, earlier, hourBit, hourOf, later, utc } from './times.js';

type Rows = RowsOf<typeof keywordProgramsTables>;
type ProgramRow = RowOf<typeof keywordProgramsTables.programs>;
type FiguresRow = RowOf<typeof keywordProgramsTables.program_figures>;
type ActivityRow = RowOf<typeof keywordProgramsTables.activity>;
interface ProgramKey {
  readonly code: string;
  readonly program: string;
}

/** What is provisioned, and what happens in the programs: messages, participants, activity. */
export const keywordPrograms = defineProjection({
  name: 'keyword-programs',
  version: 1,
  tables: keywordProgramsTables,
  events: [
    OrganizationProvisioned,
    OrganizationChanged,
    CodeProvisioned,
    CodeChanged,
    ProgramProvisioned,
    ProgramChanged,
    ProgramPaused,
    ProgramResumed,
    ProgramRetired,
    KeywordMatched,
    ProgramJoined,
    OptedOut,
  ],
  on: {
    OrganizationProvisioned: organizationSet,
    OrganizationChanged: organizationSet,
    CodeProvisioned: codeSet,
    CodeChanged: codeSet,
    ProgramProvisioned: programSet,
    ProgramChanged: programSet,
    ProgramPaused: ({ data }, rows) => programChanged(data, rows, { paused: true }),
    ProgramResumed: ({ data }, rows) => programChanged(data, rows, { paused: false }),
    ProgramRetired: ({ data }, rows) => programChanged(data, rows, { retired: true }),

    /** A message matches once: one that has is not routed again, whatever was asked for. */
    KeywordMatched({ data, stream }, rows) {
      if (data.program === null) return;
      const key = { code: data.code, program: data.program };
      const at = utc(data.receivedAt);
      const subscriber = subscriberOf(stream);
      changeFigures(rows, key, (figures) => ({
        messages: figures.messages + 1,
        first_message_at: earlier(figures.first_message_at, at),
        last_message_at: later(figures.last_message_at, at),
      }));
      changeActivity(rows, key, at, ({ messages }) => ({ messages: messages + 1 }));
      const texted = { ...key, day: dayOf(at), subscriber };
      rows.activity_devices.change(texted, (row) => ({ ...texted, hours: (row?.hours ?? 0) | hourBit(at) }));
      rows.participants.change({ ...key, subscriber }, (row) => ({
        ...(row ?? {
          ...{ ...key, subscriber, device_address: data.deviceAddress, device_e164: data.deviceE164 },
          ...{ state: null, position: null, joined_at: null, left_at: null, carrier: null },
        }),
        last_message_at: later(row?.last_message_at ?? null, at),
      }));
    },

    /** Recorded only of somebody who is no participant, so it is always one more. */
    ProgramJoined({ data, stream, position }, rows) {
      const key = { code: data.code, program: data.program };
      const at = utc(data.at);
      const subscriber = subscriberOf(stream);
      changeFigures(rows, key, ({ participants }) => ({ participants: participants + 1 }));
      changeActivity(rows, key, at, ({ joins }) => ({ joins: joins + 1 }));
      rows.participants.change({ ...key, subscriber }, (row) => ({
        ...{ ...key, subscriber, device_address: data.deviceAddress, device_e164: data.deviceE164 },
        ...{ state: 'JOINED', position: row?.position ?? String(position), joined_at: at, left_at: null },
        ...{ carrier: data.carrier, last_message_at: row?.last_message_at ?? null },
      }));
    },

    /** It names the programs that it ended, and only those. */
    OptedOut({ data, stream }, rows) {
      const at = utc(data.at);
      const subscriber = subscriberOf(stream);
      for (const program of data.programs) {
        const key = { code: data.code, program };
        changeFigures(rows, key, ({ participants }) => ({ participants: participants - 1 }));
        changeActivity(rows, key, at, ({ leaves }) => ({ leaves: leaves + 1 }));
        rows.participants.change({ ...key, subscriber }, (row) => row && { ...row, state: 'LEFT', left_at: at });
      }
    },
  },
});

function organizationSet({ data }: Recorded<OrganizationProvisioned | OrganizationChanged>, rows: Rows): void {
  const { organization, name } = data;
  const at = utc(data.at);
  rows.organizations.change({ organization }, (row) => ({
    ...{ organization, name, has_key: data.keyHash !== null },
    ...{ provisioned_at: row?.provisioned_at ?? at, changed_at: at },
  }));
}

function codeSet({ data }: Recorded<CodeProvisioned | CodeChanged>, rows: Rows): void {
  const { code, type, sharing, forwarding, organization } = data;
  const at = utc(data.at);
  rows.codes.change({ code }, (row) => ({
    ...{ code, type, sharing, forwarding, organization },
    ...{ forwards_opt_out: data.forwardsOptOut, opt_out_words: data.optOutWords },
    ...{ provisioned_at: row?.provisioned_at ?? at, changed_at: at },
  }));
}

function programSet({ data }: Recorded<ProgramProvisioned | ProgramChanged>, rows: Rows): void {
  const { code, program, organization, name, handler, keywords, match, settings } = data;
  const at = utc(data.at);
  const keyword_keys = keywords.flatMap((keyword) => keywordKey(keyword) ?? []);
  rows.programs.change({ code, program }, (row) => ({
    ...{ code, program, organization, name, handler, keywords, keyword_keys, match, settings },
    ...{ catch_all: data.catchAll, starts_at: data.startsAt && utc(data.startsAt) },
    ...{ ends_at: data.endsAt && utc(data.endsAt), paused: row?.paused ?? false, retired: row?.retired ?? false },
    ...{ provisioned_at: row?.provisioned_at ?? at, changed_at: at },
  }));
}

function programChanged(
  { code, program, at }: ProgramKey & { readonly at: string },
  rows: Rows,
  change: Partial<Pick<ProgramRow, 'paused' | 'retired'>>,
): void {
  rows.programs.change({ code, program }, (row) => row && { ...row, ...change, changed_at: utc(at) });
}

const NO_FIGURES = { messages: 0, participants: 0, first_message_at: null, last_message_at: null };

function changeFigures(rows: Rows, key: ProgramKey, change: (row: FiguresRow) => Partial<FiguresRow>): void {
  rows.program_figures.change(key, (row = { ...key, ...NO_FIGURES }) => ({ ...row, ...change(row) }));
}

function changeActivity(
  rows: Rows,
  program: ProgramKey,
  at: string,
  change: (row: ActivityRow) => Partial<ActivityRow>,
): void {
  const key = { ...program, hour: hourOf(at) };
  rows.activity.change(key, (row = { ...key, messages: 0, joins: 0, leaves: 0 }) => ({ ...row, ...change(row) }));
}

const subscriberOf = (stream: string): string => stream.replace(/^subscriber-/, '');
