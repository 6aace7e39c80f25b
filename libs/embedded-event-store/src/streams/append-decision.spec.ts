import { ANY, NO_STREAM, STREAM_EXISTS, TOMBSTONE } from '../storage/numbers.js';
import { decideAppend } from './append-decision.js';
import type { StreamFacts } from './append-decision.js';

/** A stream that holds these ids, the recently written ones among them remembered. */
const stream = (ids: readonly string[], more: Partial<StreamFacts> & { forgotten?: readonly string[] } = {}) => ({
  last: ids.length - 1,
  softDeleted: () => false,
  metastreamExists: () => false,
  recent: (id: string) => (more.forgotten?.includes(id) || !ids.includes(id) ? undefined : ids.indexOf(id)),
  storedId: (revision: number) => ids[revision],
  ...more,
});
const softDeleted = { softDeleted: () => true };
const outcome = (facts: StreamFacts, expected: number, ids: readonly string[]): string => {
  const decision = decideAppend(facts, expected, ids);
  return decision.outcome === 'repeat' ? `repeat ${decision.revision}` : decision.outcome;
};

describe('an append', () => {
  it.each([ANY, STREAM_EXISTS, NO_STREAM, 0, TOMBSTONE - 1])('to a tombstoned stream is refused, expecting %d', (n) => {
    expect(outcome(stream([], { last: TOMBSTONE }), n, ['a'])).toBe('deleted');
  });

  it('is written where the revision is the expected one', () => {
    expect(outcome(stream(['a', 'b']), 1, ['c'])).toBe('write');
    expect(outcome(stream([]), NO_STREAM, ['a'])).toBe('write');
  });

  it('above the last revision is wrong', () => {
    expect(outcome(stream(['a']), 1, ['b'])).toBe('wrong');
    expect(outcome(stream([]), 0, ['a'])).toBe('wrong');
  });
});

describe('an append that expects stream_exists', () => {
  it('is refused where the stream is soft-deleted', () => {
    expect(outcome(stream(['a'], softDeleted), STREAM_EXISTS, ['b'])).toBe('deleted');
  });

  it('is wrong without the stream, unless there is a metastream', () => {
    expect(outcome(stream([]), STREAM_EXISTS, ['a'])).toBe('wrong');
    expect(outcome(stream([], { metastreamExists: () => true }), STREAM_EXISTS, ['a'])).toBe('write');
  });
});

describe.each([ANY, STREAM_EXISTS])('an append that expects no revision (%d)', (expected) => {
  it('is written where the first id is unknown', () => {
    expect(outcome(stream(['a']), expected, ['b', 'a'])).toBe('write');
  });

  it('is a repetition where all ids are known', () => {
    expect(outcome(stream(['a', 'b']), expected, ['a', 'b'])).toBe('repeat 1');
    expect(outcome(stream(['a', 'b', 'c']), expected, ['a'])).toBe('repeat 0');
  });

  it('is wrong where the first id is known and a later one is not', () => {
    expect(outcome(stream(['a', 'b']), expected, ['b', 'c'])).toBe('wrong');
  });

  it('only knows recent ids', () => {
    expect(outcome(stream(['a'], { forgotten: ['a'] }), expected, ['a'])).toBe('write');
  });
});

describe('an append below the last revision', () => {
  it('is a repetition where the ids are those stored there, for ever', () => {
    expect(outcome(stream(['a', 'b', 'c'], { forgotten: ['b', 'c'] }), 0, ['b', 'c'])).toBe('repeat 2');
    expect(outcome(stream(['a', 'b', 'c']), NO_STREAM, ['a'])).toBe('repeat 0');
  });

  it('is wrong where the first id differs, or a later one, or there is none', () => {
    expect(outcome(stream(['a', 'b', 'c']), 0, ['x'])).toBe('wrong');
    expect(outcome(stream(['a', 'b', 'c']), 0, ['b', 'x'])).toBe('wrong');
    expect(outcome(stream(['a', 'b', 'c']), 1, ['c', 'd'])).toBe('wrong');
    expect(outcome(stream(['a', 'b']), 0, [])).toBe('wrong');
  });

  it('is written to a soft-deleted stream that is expected not to be there', () => {
    expect(outcome(stream(['a', 'b'], softDeleted), NO_STREAM, ['x'])).toBe('write');
    expect(outcome(stream(['a', 'b'], softDeleted), 0, ['x'])).toBe('wrong');
  });
});
