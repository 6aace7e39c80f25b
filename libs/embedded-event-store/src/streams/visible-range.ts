import { decodeRecord } from '../protobuf/recorded-event.js';
import { TOMBSTONE } from '../storage/numbers.js';
import type { Reader } from '../storage/reader.js';
import { isMetastream, isSoftDeleted, metastreamOf, originalOf, parseMetadata } from './stream-metadata.js';
import type { StreamMetadata } from './stream-metadata.js';

/** What can be read of a stream just now (EVENT_STORE.md §5). `first` may be beyond `last`: then nothing. */
export type Visible =
  { kind: 'missing' } | { kind: 'deleted' } | { kind: 'range'; stream: number; first: number; last: number };

/** Metadata of a metastream: only its last event counts. */
const OF_METASTREAMS: StreamMetadata = { maxCount: 1 };

export const visibleRange = (reader: Reader, name: string, now: number): Visible => {
  if (isMetastream(name) && reader.isTombstoned(originalOf(name))) return { kind: 'deleted' };
  const stream = reader.streamId(name);
  const last = stream === undefined ? -1 : reader.lastRevision(name);
  if (last === TOMBSTONE) return { kind: 'deleted' };
  if (stream === undefined || last < 0) return { kind: 'missing' };
  const metadata = isMetastream(name) ? OF_METASTREAMS : metadataOf(reader, name);
  if (isSoftDeleted(metadata)) return { kind: 'missing' };
  const { truncateBefore = 0, maxCount = Infinity, maxAge } = metadata;
  const first = Math.max(truncateBefore, last - maxCount + 1, 0);
  if (maxAge === undefined) return { kind: 'range', stream, first, last };
  return { kind: 'range', stream, first: firstYounger(reader, stream, first, last, now - maxAge * 1000), last };
};

const metadataOf = (reader: Reader, name: string): StreamMetadata => {
  const stream = reader.streamId(metastreamOf(name));
  if (stream === undefined) return {};
  const [latest] = reader.backwards(stream, TOMBSTONE - 1, 0, 1).events;
  return latest ? parseMetadata(decodeRecord(latest.record).data) : {};
};

/** The first revision recorded after `oldest`; a stream's events are in the order of their times. */
const firstYounger = (reader: Reader, stream: number, first: number, last: number, oldest: number): number => {
  let low = first;
  let high = last + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const event = reader.one(stream, middle);
    if (event && decodeRecord(event.record).created > oldest) high = middle;
    else low = middle + 1;
  }
  return low;
};
