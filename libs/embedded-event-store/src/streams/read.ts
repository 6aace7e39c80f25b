import { namesOf } from '../protobuf/recorded-event.js';
import type { Outgoing } from '../server/outgoing.js';
import { streamDeleted } from '../server/errors.js';
import type { EventLog } from '../storage/event-log.js';
import type { Page, Reader, StoredEvent } from '../storage/reader.js';
import { isHiddenInAll } from './filter.js';
import { resolve, unresolved } from './links.js';
import { eventMessage, streamNotFoundMessage } from './messages.js';
import type { ReadRequest } from './read-request.js';
import { visibleRange } from './visible-range.js';

/** What reads and subscriptions are served from. */
export interface Store {
  reader: Reader;
  log: EventLog;
  now: () => number;
}

type Pages = Generator<readonly StoredEvent[], void, void>;

/** Answers a read: what was there when it began, and no more. */
export const read = async (store: Store, request: ReadRequest, out: Outgoing): Promise<void> => {
  if (request.stream === undefined) return send(store, request, out, readAll(store, request));
  const visible = visibleRange(store.reader, request.stream, store.now());
  if (visible.kind === 'deleted') return out.fail(streamDeleted(request.stream));
  if (visible.kind === 'range') return send(store, request, out, readStream(store.reader, visible, request));
  out.write(streamNotFoundMessage(request.stream));
  out.end();
};

const send = async (store: Store, request: ReadRequest, out: Outgoing, pages: Pages): Promise<void> => {
  let left = request.count ?? 0;
  for (const events of pages) {
    for (const event of events) {
      if (left-- <= 0) return out.end();
      const resolved = request.resolveLinks ? resolve(store.reader, event, store.now()) : unresolved(event);
      out.write(eventMessage(resolved, request.structuredIds));
      if (out.blocked) await out.writable();
      if (out.closed) return;
    }
    await nextTurn();
  }
  out.end();
};

/** Lets everything else that is waiting have its turn between two pages. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function* readStream(
  reader: Reader,
  { stream, first, last }: { stream: number; first: number; last: number },
  { from, backwards, count = 0 }: ReadRequest,
): Pages {
  if (count === 0) return;
  const start = from === 'start' ? 0 : from === 'end' ? last : from;
  let next = backwards ? Math.min(start, last) : Math.max(start, first);
  let page: Page;
  do {
    page = backwards ? reader.backwards(stream, next, first, count) : reader.forwards(stream, next, last, count);
    yield page.events;
    next = (page.events.at(-1)?.revision ?? 0) + (backwards ? -1 : 1);
  } while (!page.last);
}

function* readAll({ reader, log }: Store, { from, backwards, filter, count = 0 }: ReadRequest): Pages {
  if (count === 0) return;
  const { end } = log;
  const start = from === 'start' ? 0 : from === 'end' ? end + 1 : from;
  if (from === 'end' && !backwards) return;
  let next = start;
  let page: Page;
  do {
    const limit = filter ? undefined : count;
    page = backwards ? reader.allBackwards(Math.min(next, end + 1), limit) : reader.allForwards(next, end, limit);
    yield page.events.filter(({ record }) => {
      if (isHiddenInAll(record)) return false;
      if (!filter) return true;
      const { stream, type } = namesOf(record);
      return filter.filter.matches(stream, type);
    });
    const last = page.events.at(-1)?.position ?? 0;
    next = backwards ? last : last + 1;
  } while (!page.last);
}
