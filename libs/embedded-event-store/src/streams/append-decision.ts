// EVENT_STORE.md §4: what becomes of an append. Pure; what it needs to know of the store is asked for lazily.
import { ANY, NO_STREAM, STREAM_EXISTS, TOMBSTONE, type ExpectedRevision } from '../storage/numbers.js';

export interface StreamFacts {
  /** The last revision, −1 for none, {@link TOMBSTONE} for a tombstoned stream. */
  last: number;
  softDeleted(): boolean;
  metastreamExists(): boolean;
  /** The revision under which this stream was recently given an event of this id: in memory, best effort. */
  recent(id: string): number | undefined;
  /** The id stored at a revision, whether or not it is still visible. */
  storedId(revision: number): string | undefined;
}

export type AppendDecision =
  { outcome: 'write' } | { outcome: 'repeat'; revision: number } | { outcome: 'wrong' } | { outcome: 'deleted' };

const WRITE: AppendDecision = { outcome: 'write' };
const WRONG: AppendDecision = { outcome: 'wrong' };
const DELETED: AppendDecision = { outcome: 'deleted' };

/** Decides an append of events with these ids that expects `expected`. */
export const decideAppend = (
  stream: StreamFacts,
  expected: ExpectedRevision,
  ids: readonly string[],
): AppendDecision => {
  if (stream.last === TOMBSTONE) return DELETED;
  if (expected === STREAM_EXISTS) {
    if (stream.softDeleted()) return DELETED;
    if (stream.last < 0 && !stream.metastreamExists()) return WRONG;
  }
  if (expected === ANY || expected === STREAM_EXISTS) return decideAmongRecent(stream, ids);
  if (expected < stream.last) return decideAmongStored(stream, expected, ids);
  return expected > stream.last ? WRONG : WRITE;
};

const decideAmongRecent = (stream: StreamFacts, ids: readonly string[]): AppendDecision => {
  let revision: number | undefined;
  for (const id of ids) {
    const known = stream.recent(id);
    if (known === undefined) return revision === undefined ? WRITE : WRONG;
    revision = known;
  }
  return revision === undefined ? WRITE : { outcome: 'repeat', revision };
};

const decideAmongStored = (stream: StreamFacts, expected: ExpectedRevision, ids: readonly string[]): AppendDecision => {
  let revision = expected;
  for (const id of ids) {
    revision++;
    if (stream.storedId(revision) === id) continue;
    const first = revision === expected + 1;
    return first && expected === NO_STREAM && stream.softDeleted() ? WRITE : WRONG;
  }
  return revision === expected ? WRONG : { outcome: 'repeat', revision };
};
