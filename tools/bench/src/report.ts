import type { Bench, Goal, Result } from './bench.js';

const shown = (value: number): string =>
  value.toLocaleString('en', value >= 1_000 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 });

/** Lines of cells, each column as wide as its widest cell. */
export function toTable(lines: readonly (readonly string[])[]): string {
  const width = (column: number): number => Math.max(...lines.map((line) => (line[column] ?? '').length));
  return lines
    .map((line) => `  ${line.map((cell, column) => cell.padEnd(width(column))).join('  ')}`.trimEnd())
    .join('\n');
}

function goalOf(goal: Goal | undefined, ratio: number): string {
  if (goal?.atLeast !== undefined) return `≥ ${goal.atLeast} ${ratio >= goal.atLeast ? '✓' : '✗'}`;
  if (goal?.atMost !== undefined) return `≤ ${goal.atMost} ${ratio <= goal.atMost ? '✓' : '✗'}`;
  return '';
}

const HEAD = ['ratio', '', 'goal', 'measured', 'compared with', 'spread'];

/** A line for each ratio: its goal, and both figures. */
export function ratioLines({ goals }: Bench, { comparisons = [], ratios = {} }: Result): string[][] {
  return [
    ...comparisons.map(({ name, unit, ours, with: other, theirs, ratio, spread }) => [
      name,
      shown(ratio),
      goalOf(goals?.[name], ratio),
      `${shown(ours)} ${unit}`,
      `${shown(theirs)} ${unit}: ${other}`,
      spread,
    ]),
    ...Object.entries(ratios).map(([name, ratio]) => [name, shown(ratio), goalOf(goals?.[name], ratio), '', '', '']),
  ];
}

export const ratioTable = (lines: readonly (readonly string[])[]): string => toTable([HEAD, ...lines]);

export function print(bench: Bench, result: Result): void {
  const figures = Object.entries(result.figures).map(([name, value]) => [
    name,
    typeof value === 'number' ? shown(value) : value,
  ]);
  const tables = [...(figures.length > 0 ? [toTable(figures)] : []), ratioTable(ratioLines(bench, result))];
  console.log([`\n${bench.name}: ${bench.summary}`, ...tables].join('\n\n'));
}

/** What `--json` writes (API.md, Commands). */
export function toJson(bench: string, { comparisons = [], ratios = {}, figures }: Result): object {
  const measured = comparisons.flatMap(({ name, unit, ours, with: other, theirs, spread }) => [
    [`${name}: ${unit}`, ours],
    [`${name}: ${unit}, ${other}`, theirs],
    ...(spread === '' ? [] : [[`${name}: spread`, spread]]),
  ]);
  return {
    bench,
    ratios: { ...Object.fromEntries(comparisons.map(({ name, ratio }) => [name, ratio])), ...ratios },
    figures: { ...Object.fromEntries(measured), ...figures },
  };
}
