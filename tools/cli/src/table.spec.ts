import fc from 'fast-check';
import { cut, printable, printableJson, textWidth } from './printable.js';
import { table, type Column } from './table.js';

type Row = { readonly name: string; readonly events: number };
const columns: readonly Column<Row>[] = [
  { title: 'NAME', text: ({ name }) => name, gives: true },
  { title: 'EVENTS', text: ({ events }) => String(events), figure: true, tone: () => 'bad' },
];
const on = (wide: number, rows: readonly Row[]) =>
  table(columns, rows, { columns: wide, paint: (text) => text }).map((line) => line);

describe('a table', () => {
  it('has its columns below one another, figures to the right', () => {
    expect(
      on(100, [
        { name: 'messages', events: 7 },
        { name: '名前', events: 12_345 },
      ]),
    ).toEqual(['NAME      EVENTS', 'messages       7', '名前       12345']);
  });

  it('is no wider than its paper: what may give way is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ name: fc.string({ unit: 'binary' }), events: fc.nat() })), (rows) => {
        for (const line of on(30, rows)) expect(textWidth(line)).toBeLessThanOrEqual(30);
      }),
    );
    expect(on(20, [{ name: 'a-very-long-name', events: 1 }])[1]).toBe('a-very-long…       1');
  });

  it('paints words, not the room beside them', () => {
    const paper = { columns: 100, paint: (text: string) => `<${text}>` };
    expect(table(columns, [{ name: 'a', events: 7 }], paper)[1]).toBe('a          <7>');
  });
});

describe('what somebody else wrote', () => {
  it('never reaches the terminal as a command', () => {
    expect(printable('\u001b[2J\u009b31m a\nb \u202e')).toBe('\\u001b[2J\\u009b31m a\\u000ab \\u202e');
    const odd = { text: '\u001b[2J\u009b \u202e' };
    expect(printableJson(odd)).toBe(String.raw`{"text":"\u001b[2J\u009b \u202e"}`);
    expect(JSON.parse(printableJson(odd))).toEqual(odd);
  });

  it('is cut where a terminal would break the line', () => {
    expect([cut('short', 5), cut('longer', 5), cut('👍👍👍', 5)]).toEqual(['short', 'long…', '👍👍…']);
  });
});
