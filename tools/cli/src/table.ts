import { cut, printable, textWidth } from './printable.js';

export type Tone = 'good' | 'busy' | 'bad';

export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  /** Figures end at the same column. */
  readonly figure?: true;
  /** May be cut where the table is too wide. Never what somebody copies or tells apart: an id, a position, a reason. */
  readonly gives?: true;
  readonly tone?: (row: Row) => Tone | null;
}

export interface Paper {
  readonly columns: number;
  readonly paint: (text: string, tone: Tone) => string;
}

const GAP = '  ';
const LEAST = 8;

/** The lines of a table: a title and a row each. It fits the paper as far as what gives way lets it. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], paper: Paper): readonly string[] {
  const texts = rows.map((row) => columns.map(({ text }) => printable(text(row))));
  const all = [columns.map(({ title }) => title), ...texts];
  const natural = columns.map((_, index) => Math.max(...all.map((line) => textWidth(line[index] ?? ''))));
  const widths = fit(columns, natural, paper.columns - GAP.length * (columns.length - 1));
  return all.map((line, number) => {
    const row = rows[number - 1];
    const cells = columns.map((column, index) => {
      const width = widths[index] ?? 0;
      const text = cut(line[index] ?? '', width);
      const tone = row === undefined ? null : column.tone?.(row);
      const padding = ' '.repeat(width - textWidth(text));
      const painted = tone ? paper.paint(text, tone) : text;
      return column.figure ? padding + painted : painted + padding;
    });
    return cells.join(GAP).trimEnd();
  });
}

/** Takes from the widest that gives way until everything has room. */
function fit<Row>(columns: readonly Column<Row>[], natural: readonly number[], room: number): readonly number[] {
  const widths = [...natural];
  for (let over = widths.reduce((sum, width) => sum + width, 0) - room; over > 0; over--) {
    const giving = columns.flatMap(({ gives }, index) => (gives && (widths[index] ?? 0) > LEAST ? [index] : []));
    const [first, ...others] = giving;
    if (first === undefined) break;
    const widest = others.reduce((best, index) => ((widths[index] ?? 0) > (widths[best] ?? 0) ? index : best), first);
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}
