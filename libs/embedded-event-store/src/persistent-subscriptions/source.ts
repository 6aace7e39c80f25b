import { namesOf } from '../protobuf/recorded-event.js';
import type { StoredEvent } from '../storage/reader.js';
import { compileFilter, isHiddenInAll } from '../streams/filter.js';
import type { Filter } from '../streams/filter.js';
import type { Store } from '../streams/read.js';
import { visibleRange } from '../streams/visible-range.js';
import { ALL, isAll } from './configuration.js';
import type { Configuration } from './configuration.js';

/** Where a group's events come from: a stream, by revision, or `$all`, by position. */
export interface Source {
  /** What follows `cursor`, at most `limit` of it. */
  after(cursor: number, limit: number): readonly StoredEvent[];
  sequenceOf(event: StoredEvent): number;
  wants(event: StoredEvent): boolean;
  /** The last event there is just now; −1 for none. */
  last(): number;
}

export const sourceOf = (store: Store, configuration: Configuration): Source =>
  isAll(configuration)
    ? allSource(store, configuration.filter && compileFilter(configuration.filter))
    : streamSource(store, configuration.source);

const streamSource = ({ reader, now }: Store, name: string): Source => ({
  after(cursor, limit) {
    const visible = visibleRange(reader, name, now());
    if (visible.kind !== 'range' || visible.last <= cursor) return [];
    return reader.forwards(visible.stream, Math.max(cursor + 1, visible.first), visible.last, limit).events;
  },
  sequenceOf: ({ revision }) => revision,
  wants: () => true,
  last() {
    const visible = visibleRange(reader, name, now());
    return visible.kind === 'range' ? visible.last : -1;
  },
});

const allSource = ({ reader, log }: Store, filter: Filter | undefined): Source => ({
  after: (cursor, limit) => (cursor >= log.end ? [] : reader.allForwards(cursor + 1, log.end, limit).events),
  sequenceOf: ({ position }) => position,
  wants({ record }) {
    if (isHiddenInAll(record)) return false;
    if (!filter) return true;
    const { stream, type } = namesOf(record);
    return filter.matches(stream, type);
  },
  last: () => log.end,
});

/** How a sequence is written in a group's information. */
export const sequenceText = (source: string, sequence: number): string => {
  if (sequence < 0) return '';
  return source === ALL ? `C:${sequence}/P:${sequence}` : String(sequence);
};
