// npm run bench -- NAME [--json FILE] [what the benchmark itself takes]
import { writeFileSync } from 'node:fs';
import type { Result } from './bench.js';
import { benches } from './benches.js';

const print = (title: string, values: Readonly<Record<string, number | string>>): void => {
  console.log(title);
  for (const [name, value] of Object.entries(values)) {
    const shown = typeof value === 'number' ? value.toLocaleString('en', { maximumFractionDigits: 3 }) : value;
    console.log(`  ${name.padEnd(48)} ${shown}`);
  }
};

const report = (bench: string, { ratios, figures }: Result, json: string | undefined): void => {
  print('figures', figures);
  print('ratios', ratios);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ bench, ratios, figures }, null, 2)}\n`);
};

const [name, ...args] = process.argv.slice(2);
const bench = benches.find((one) => one.name === name);
if (!bench) {
  console.error(`usage: npm run bench -- NAME [--json FILE]\n`);
  for (const one of benches) console.error(`  ${one.name.padEnd(16)} ${one.summary}`);
  process.exit(2);
}
const at = args.indexOf('--json');
const [, json] = at < 0 ? [] : args.splice(at, 2);
report(bench.name, await bench.run(args), json);
process.exit(0);
