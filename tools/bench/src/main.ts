// npm run bench -- [NAME[,NAME]] [--quick] [--json FILE] [--keep DIR] [what the benchmark itself takes]
import { writeFileSync } from 'node:fs';
import type { Bench, Result, Shared } from './bench.js';
import { benches } from './benches.js';
import { Memo } from './memo.js';
import { Given, readCommandLine, type CommandLine } from './options.js';
import { print, ratioLines, ratioTable, toJson, toTable } from './report.js';
import { Seeds } from './seed/seeds.js';

const USAGE = `usage: npm run bench -- [NAME[,NAME]] [options]      without a name: all of them in turn

  --list        what there is
  --help        with a name, the options of that benchmark
  --quick       everything small, to see that it works; its figures mean nothing
  --json FILE   writes { bench, ratios, figures }
  --keep DIR    takes seeded ledgers from there, and leaves them there
`;

const list = (): string => toTable(benches.map(({ name, summary }) => [name, summary]));

const help = ({ name, summary, options }: Bench): string =>
  `${name}: ${summary}\n\n${toTable([
    ['option', 'default', '--quick', ''],
    ...Object.entries(options).map(([option, { default: usual, quick = usual, meaning }]) => [
      `--${option}`,
      usual,
      quick,
      meaning,
    ]),
  ])}`;

const writeJson = (file: string | undefined, bench: string, result: Result): void => {
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(toJson(bench, result), null, 2)}\n`);
};

const runOne = (bench: Bench, { values, quick }: CommandLine, shared: Shared): Promise<Result> =>
  bench.run(new Given(bench.options, values, quick), shared);

/** Runs several in turn: where one fails, the others are still measured. */
async function runInTurn(some: readonly Bench[], line: CommandLine, shared: Shared): Promise<void> {
  const lines: string[][] = [];
  const ratios: Record<string, number> = {};
  const figures: Record<string, number | string> = {};
  for (const bench of some) {
    const begun = performance.now();
    try {
      const result = await runOne(bench, line, shared);
      print(bench, result);
      lines.push(...ratioLines(bench, result));
      const json = toJson(bench.name, result) as { ratios: object; figures: object };
      Object.assign(ratios, json.ratios);
      for (const [name, value] of Object.entries(json.figures)) figures[`${bench.name}: ${name}`] = value as number;
    } catch (error) {
      console.error(`\n${bench.name} failed:`, error);
      process.exitCode = 1;
    }
    figures[`${bench.name}: minutes`] = (performance.now() - begun) / 60_000;
    writeJson(line.json, line.names?.join(',') ?? 'all', { ratios, figures });
  }
  console.log(`\nall ratios\n\n${ratioTable(lines)}`);
}

async function main(args: readonly string[]): Promise<void> {
  const line = readCommandLine(args, benches);
  const unknown = line.names?.find((name) => !benches.some((bench) => bench.name === name));
  if (unknown !== undefined) throw new Error(`there is no benchmark ${unknown}\n\n${USAGE}\n${list()}`);
  const wanted = benches.filter(({ name }) => line.names?.includes(name) ?? true);
  if (line.list) return console.log(list());
  if (line.help) return console.log(line.names ? wanted.map(help).join('\n\n') : `${USAGE}\n${list()}`);
  const shared = { seeds: new Seeds(line.keep), memo: new Memo() };
  try {
    const [bench, ...more] = wanted;
    if (!bench || more.length > 0) return await runInTurn(wanted, line, shared);
    const result = await runOne(bench, line, shared);
    print(bench, result);
    writeJson(line.json, bench.name, result);
  } finally {
    await shared.seeds.close();
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error && process.env['DEBUG'] === undefined ? error.message : error);
  process.exitCode = 1;
}
process.exit();
