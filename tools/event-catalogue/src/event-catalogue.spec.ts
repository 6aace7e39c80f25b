import { compare, explain, extended, type Catalogue } from './catalogue.js';
import { readCatalogue, root } from './files.js';
import { readEventTypes, type EventType } from './read-event-types.js';
import type { Shape } from './shape.js';

describe('the event types of this repository', () => {
  it('are those of the catalogue, with the payloads that the log holds', () => {
    const breaches = compare(readCatalogue(), readEventTypes(root));
    if (breaches.length > 0) throw new Error(`\n\n${explain(breaches)}`);
  });
});

describe('the catalogue', () => {
  const vote: Shape = { choice: 'string', 'note?': 'string | null', tags: [{ name: 'string' }] };
  const catalogue: Catalogue = { events: { VoteCast: vote }, retired: { VoteLost: {} } };
  const source = (type: string, shape: Shape): EventType => ({ type, file: 'vote.ts', shape });
  const broken = (shape: Shape) => compare(catalogue, [source('VoteCast', shape)]);

  it('lets optional fields be added, however deep', () => {
    expect(broken({ ...vote, 'more?': 'number' })).toEqual([]);
    expect(broken({ ...vote, tags: [{ name: 'string', 'weight?': 'number' }] })).toEqual([]);
  });

  it.each<[string, Shape, string]>([
    ['a field that is gone', { 'note?': 'string | null', tags: [{ name: 'string' }] }, 'VoteCast.choice is gone'],
    ['a field of another type', { ...vote, choice: 'number' }, 'VoteCast.choice was "string" and is "number"'],
    ['a new field that is demanded', { ...vote, more: 'number' }, 'VoteCast.more is new, and not optional'],
    ['a change within a list', { ...vote, tags: [{}] }, 'VoteCast.tags[].name is gone'],
    [
      'a list that is none any more',
      { ...vote, tags: { name: 'string' } },
      'VoteCast.tags was [{"name":"string"}] and is',
    ],
    ['another set of words', { ...vote, 'note?': '"a" | null' }, 'VoteCast.note was "string | null" and is'],
  ])('does not allow %s', (_what, shape, said) => {
    expect(broken(shape)).toMatchObject([{ kind: 'CHANGED', what: [expect.stringContaining(said)] }]);
  });

  it('does not allow a field to become optional, nor demanded', () => {
    const { choice: _, ...without } = vote as Record<string, Shape>;
    expect(broken({ ...without, 'choice?': 'string' })[0]?.what[0]).toContain('optional now');
    const { 'note?': note, ...rest } = vote as Record<string, Shape>;
    expect(broken({ ...rest, note: note ?? '' })[0]?.what[0]).toContain('demanded now');
  });

  it('says what to do', () => {
    expect(explain(broken({ ...vote, choice: 'number' }))).toMatch(/VoteCastV2[^]*--replace=VoteCast/);
    const added = compare(catalogue, [source('VoteCast', vote), source('VoteMoved', {})]);
    expect(explain(added)).toContain('npx nx run event-catalogue:extend');
    expect(explain(compare(catalogue, []))).toContain('--retire=VoteCast');
    expect(explain(compare(catalogue, [source('VoteCast', vote), source('VoteLost', {})]))).toContain('another name');
  });

  it('takes new types and optional fields, and nothing else without being told', () => {
    const wider = { ...vote, 'more?': 'number' } as Shape;
    const none = { replace: [], retire: [] };
    expect(extended(catalogue, [source('VoteCast', wider), source('VoteMoved', {})], none)).toEqual({
      events: { VoteCast: wider, VoteMoved: {} },
      retired: { VoteLost: {} },
    });
    const changed = [source('VoteCast', { choice: 'number' })];
    expect(() => extended(catalogue, changed, none)).toThrow('VoteCast.choice was');
    expect(extended(catalogue, changed, { replace: ['VoteCast'], retire: [] }).events).toEqual({
      VoteCast: { choice: 'number' },
    });
    expect(() => extended(catalogue, [], none)).toThrow('--retire=VoteCast');
    expect(extended(catalogue, [], { replace: [], retire: ['VoteCast'] })).toEqual({
      events: {},
      retired: { VoteCast: vote, VoteLost: {} },
    });
    expect(extended(catalogue, [], { replace: ['VoteCast'], retire: [] })).toEqual({
      events: {},
      retired: { VoteLost: {} },
    });
  });
});
