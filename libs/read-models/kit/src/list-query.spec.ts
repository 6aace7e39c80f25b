import { validQuery } from '@mo-ledger/http';
import fc from 'fast-check';
import { writtenDevices } from './filters.js';
import { TimedListQuery, toInstant } from './list-query.js';
import { Keyset } from './page.js';

describe('the parameters of a list', () => {
  const errors = (query: object): unknown => {
    try {
      validQuery(TimedListQuery, query);
      return null;
    } catch (error) {
      return (error as { errors: { field: string }[] }).errors.map(({ field }) => field);
    }
  };

  it('are 50 items from the beginning, unless they say otherwise', () => {
    expect(validQuery(TimedListQuery, {})).toMatchObject({ limit: 50 });
    expect(validQuery(TimedListQuery, { limit: '1000', from: '2026-11-22' })).toMatchObject({
      limit: 1000,
      from: new Date('2026-11-22T00:00:00Z'),
    });
  });

  it.each([
    { limit: '0' },
    { limit: '1001' },
    { limit: '1.5' },
    { limit: '' },
    { from: 'x' },
    { to: '2026-13-01' },
    { from: '0000-01-01' },
    { other: '' },
    { cursor: ['a', 'b'] },
  ])('are refused by name where they cannot be read: %j', (query) => expect(errors(query)).toEqual(Object.keys(query)));

  it('know an instant with an offset, without one (UTC), and with a plus that was not encoded', () => {
    const noon = new Date('2026-11-22T12:00:00Z');
    for (const text of [
      '2026-11-22T12:00:00Z',
      '2026-11-22T12:00',
      '2026-11-22T14:00:00+02:00',
      '2026-11-22T14:00:00 02:00',
    ])
      expect([text, toInstant(text)]).toEqual([text, noon]);
  });
});

describe('a cursor', () => {
  const keyset = new Keyset(
    'things',
    [
      { column: 'at', kind: 'time' },
      { column: 'name', kind: 'text' },
    ],
    'desc',
  );

  it('leads on from the last item that was shown, and is there only while there is more', () => {
    const rows = ['c', 'b', 'a'].map((name) => ({ at: '2026-11-22T12:00:00.000Z', name }));
    expect(keyset.page(rows, 3, ({ name }) => name)).toEqual({ items: ['c', 'b', 'a'], next: null });
    const { items, next } = keyset.page(rows, 2, ({ name }) => name);
    expect(items).toEqual(['c', 'b']);
    expect(JSON.parse(Buffer.from(next ?? '', 'base64url').toString())).toEqual([
      'things',
      '2026-11-22T12:00:00.000Z',
      'b',
    ]);
    expect(() => keyset.after(next ?? '')).not.toThrow();
  });

  it('is refused with a 400, whatever it is, where it is not one of this list', () => {
    const other = new Keyset(
      'others',
      [
        { column: 'at', kind: 'time' },
        { column: 'name', kind: 'text' },
      ],
      'desc',
    );
    const cursor = other.cursorOf({ at: '2026-11-22T12:00:00.000Z', name: 'b' });
    const made = (at: string) => keyset.cursorOf({ at, name: 'b' });
    for (const wrong of [made('2026-99-99T00:00:00.000Z'), made('0000-01-01T00:00:00.000Z'), cursor, '', 'null', 'W10'])
      expect(() => keyset.after(wrong)).toThrow('cursor is not a cursor of this list');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => expect(() => keyset.after(text)).toThrow('cursor is not')),
    );
  });
});

describe('a device', () => {
  it('may be written with or without the plus, or with the space that a plus became', () => {
    for (const text of ['14045554900', '+14045554900', ' 14045554900'])
      expect(writtenDevices(text).e164).toBe('+14045554900');
    expect(writtenDevices('1447ß7665544').asWritten).toContain('1447ß7665544');
  });
});
