import { decodeRecord, namesOf } from '../protobuf/recorded-event.js';
import type { Reader, StoredEvent } from '../storage/reader.js';
import type { ResolvedEvent } from './messages.js';
import { visibleRange } from './visible-range.js';

const LINK = '$>';

/** An event of type `$>` with data `revision@stream` stands for another one; a target that is gone leaves only the link. */
export const resolve = (reader: Reader, event: StoredEvent, now: number): ResolvedEvent => {
  const { position, record } = event;
  if (namesOf(record).type !== LINK) return { event: record, position };
  const target = targetOf(record);
  if (!target) return { link: record, position };
  const visible = visibleRange(reader, target.stream, now);
  if (visible.kind !== 'range' || target.revision < visible.first) return { link: record, position };
  const found = reader.one(visible.stream, target.revision);
  return found ? { event: found.record, link: record, position } : { link: record, position };
};

/** An event as it is, links unresolved. */
export const unresolved = ({ record, position }: StoredEvent): ResolvedEvent => ({ event: record, position });

const targetOf = (record: Buffer): { stream: string; revision: number } | undefined => {
  const text = Buffer.from(decodeRecord(record).data).toString('utf8');
  const at = text.indexOf('@');
  const revision = Number(text.slice(0, at));
  return at > 0 && Number.isSafeInteger(revision) && revision >= 0
    ? { stream: text.slice(at + 1), revision }
    : undefined;
};
