import { NotReadable, type EventLog, type Recorded } from '@mo-ledger/event-sourcing';
import type { Page } from '@mo-ledger/read-model-kit';

/** An event of the log as the API shows it. */
export interface EventItem {
  readonly position: string;
  readonly stream: string;
  readonly revision: string;
  readonly id: string;
  readonly type: string;
  readonly at: string;
  readonly data: object;
  readonly metadata: object;
}

export const toEventItem = (event: Recorded): EventItem => ({
  ...{ position: String(event.position), stream: event.stream, revision: String(event.revision), id: event.id },
  ...{ type: event.type, at: event.created.toISOString(), data: event.data, metadata: event.metadata },
});

export interface EventSelection {
  /** Only what comes strictly after this position. */
  readonly after: bigint | 'start';
  /** Only these types; every type where it is left out. */
  readonly types?: readonly string[] | undefined;
  readonly limit: number;
}

/** How long the log is searched for rare types before a page is answered as it is. */
const LONGEST_SEARCH_MS = 5_000;

/** A page of the log, oldest first. Of rare types it may have fewer items than were asked for, and go on all the same. Throws NotReadable. */
export function findEvents(log: EventLog, selection: EventSelection): Promise<Page<EventItem>> {
  const { types, ...any } = selection;
  return types ? findOfTypes(log, { ...any, types }) : findOfAnyType(log, any);
}

async function findOfAnyType(log: EventLog, { after, limit }: EventSelection): Promise<Page<EventItem>> {
  const found: Recorded[] = [];
  // A read begins with the position itself; one more tells whether there is a next page.
  for await (const event of log.readAll({ from: after, limit: limit + 2 }))
    if (after === 'start' || event.position > after) found.push(event);
  const shown = found.slice(0, limit);
  return pageOf(shown, found.length > limit ? shown.at(-1)?.position : null);
}

/** By a subscription, since the store then leaves out the others itself. */
async function findOfTypes(
  log: EventLog,
  { after, types, limit }: EventSelection & { readonly types: readonly string[] },
): Promise<Page<EventItem>> {
  const found: Recorded[] = [];
  let reached = after;
  for await (const delivery of log.subscribe({ after, types, signal: AbortSignal.timeout(LONGEST_SEARCH_MS) })) {
    if (delivery.kind === 'caught-up') return pageOf(found, null);
    if (delivery.kind === 'event') {
      if (found.length === limit) return pageOf(found, reached);
      found.push(delivery.event);
    }
    reached = delivery.kind === 'event' ? delivery.event.position : delivery.position;
  }
  if (reached === after) throw new NotReadable('the event store did not answer a search');
  return pageOf(found, reached);
}

const pageOf = (events: readonly Recorded[], next: bigint | 'start' | null | undefined): Page<EventItem> => ({
  items: events.map(toEventItem),
  next: typeof next === 'bigint' ? String(next) : null,
});

/** The event at exactly this position, or null. Throws NotReadable. */
export async function readEvent(log: EventLog, position: bigint): Promise<EventItem | null> {
  for await (const event of log.readAll({ from: position, limit: 1 }))
    return event.position === position ? toEventItem(event) : null;
  return null;
}

/** The position of the last event. Throws NotReadable. */
export async function endOf(log: EventLog): Promise<bigint | 'start'> {
  for await (const event of log.readAll({ direction: 'backwards', limit: 1 })) return event.position;
  return 'start';
}
