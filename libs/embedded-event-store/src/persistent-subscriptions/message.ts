import { decodeRecord, idOf, namesOf } from '../protobuf/recorded-event.js';
import type { StoredEvent } from '../storage/reader.js';
import type { ResolvedEvent } from '../streams/messages.js';

/** An event on its way to a consumer. */
export interface Message {
  /** By which it is acknowledged: the link's where a link was resolved, else the event's. */
  id: string;
  /** Its revision or position in the source; undefined where it comes back from the parked ones. */
  sequence?: number;
  /** Its revision in the parked stream, where it comes back from there. */
  parkedAs?: number;
  /** The event in the source itself, which is what gets parked. */
  original: { stream: string; revision: number };
  resolved: ResolvedEvent;
  retryCount: number;
}

export const toMessage = (event: StoredEvent, resolved: ResolvedEvent): Omit<Message, 'sequence' | 'parkedAs'> => ({
  id: idOf(resolved.link ?? event.record),
  original: { stream: namesOf(event.record).stream, revision: event.revision },
  resolved,
  retryCount: 0,
});

/** The stream that an event comes from, through a link that was not resolved as well. */
export const sourceStreamOf = ({ event, link }: ResolvedEvent): string => {
  const record = event ?? link;
  if (!record) return '';
  const { stream, type } = namesOf(record);
  if (type !== '$>') return stream;
  const target = Buffer.from(decodeRecord(record).data).toString('utf8');
  return target.slice(target.indexOf('@') + 1);
};

/** `$correlationId` of an event's metadata, else its stream. */
export const correlationOf = (resolved: ResolvedEvent): string => {
  const record = resolved.event ?? resolved.link;
  if (!record) return '';
  try {
    const metadata = JSON.parse(Buffer.from(decodeRecord(record).metadata).toString('utf8')) as unknown;
    if (typeof metadata === 'object' && metadata !== null && '$correlationId' in metadata)
      return String(metadata.$correlationId);
  } catch {
    // No JSON: no correlation id.
  }
  return sourceStreamOf(resolved);
};
