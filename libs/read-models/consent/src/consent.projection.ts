import type { Recorded } from '@mo-ledger/event-sourcing';
import { CodeChanged, CodeProvisioned } from '@mo-ledger/codes';
import { defineProjection, type RowsOf } from '@mo-ledger/projections';
import {
  OptedIn,
  OptedOut,
  ProgramJoined,
  ReviewOpened,
  ReviewResolved,
  ROUTING_EVENTS,
  type RoutingEvent,
} from '@mo-ledger/subscribers';
import { consentTables, type ConsentState } from './consent.tables.js';

type Rows = RowsOf<typeof consentTables>;

/** Each subscriber's consent and programs, now and at any time, with evidence; the reviews. */
export const consent = defineProjection({
  name: 'consent',
  version: 1,
  tables: consentTables,
  events: [OptedOut, OptedIn, ProgramJoined, ReviewOpened, ReviewResolved, CodeProvisioned, CodeChanged],
  on: {
    OptedOut(event, rows) {
      changed(event, 'OPTED_OUT', event.data.confidence, rows);
      const { programs, at } = event.data;
      for (const program of programs) enrolled(event, program, 'LEFT', at, rows);
    },
    OptedIn: (event, rows) => changed(event, 'OPTED_IN', null, rows),
    ProgramJoined: (event, rows) => enrolled(event, event.data.program, 'JOINED', event.data.at, rows),

    ReviewOpened({ data, position }, rows) {
      rows.reviews.put({
        ...{ id: data.reviewId, position: String(position), kind: data.kind, ledger_id: data.ledgerId },
        ...{ organization: data.organization, code: data.code, device_address: data.deviceAddress, text: data.text },
        ...{ created_at: data.createdAt, due_at: data.dueAt, state: 'OPEN', decision: null, note: null },
      });
    },
    ReviewResolved({ data: { reviewId: id, decision, note } }, rows) {
      rows.reviews.change({ id }, (row) => row && { ...row, state: 'RESOLVED', decision, note });
    },

    CodeProvisioned: provisioned,
    CodeChanged: provisioned,
  },
  also: {
    types: ROUTING_EVENTS.map(({ type }) => type),
    handle: (event, rows) => wrote(event as Recorded<RoutingEvent>, rows),
  },
});

/** Consent changes where the state does: one more STOP of somebody who is opted out moves nothing. */
function changed(
  { stream, position, data }: Recorded<OptedOut | OptedIn>,
  state: ConsentState,
  confidence: string | null,
  rows: Rows,
): void {
  const { code, deviceAddress: device_address, deviceE164: device_e164, at } = data;
  const who = { code, device_address, device_e164 };
  rows.subscribers.change({ id: stream }, (row) =>
    row?.state === state ? undefined : { ...who, id: stream, state, since: at, position: String(position) },
  );
  const { ledgerId: ledger_id, messageId: message_id, text } = data;
  rows.changes.put({
    ...{ ...who, position: String(position), subscriber: stream, state, confidence },
    ...{ ledger_id, message_id, text, at },
  });
}

function enrolled(
  { stream, position }: Recorded,
  program: string,
  state: 'JOINED' | 'LEFT',
  at: string,
  rows: Rows,
): void {
  rows.enrolments.put({ position: String(position), program, subscriber: stream, state, at });
}

function wrote({ stream, position, data }: Recorded<RoutingEvent>, rows: Rows): void {
  const { deviceAddress, deviceE164, code } = data;
  const digits = deviceAddress.trim().replace(/^\+/, '');
  if (deviceE164 === null || deviceE164 === `+${digits}`) return;
  rows.written.put({ subscriber: stream, digits, code, position: String(position) });
}

function provisioned({ position, data }: Recorded<CodeProvisioned | CodeChanged>, rows: Rows): void {
  const { code, at, forwarding, forwardsOptOut } = data;
  rows.codes.put({ position: String(position), code, at, keywords_only: forwarding === 'KEYWORDS' && !forwardsOptOut });
}
