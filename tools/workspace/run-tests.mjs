// Runs an Nx target of every project (`test` or `faults`) with one PostgreSQL for all of them, and sums up what jest says.
//   node tools/workspace/run-tests.mjs TARGET [arguments of nx run-many]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { startTestPostgres } from '../../libs/read-store/dist/testing/index.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const [target, ...more] = process.argv.slice(2);

const given = process.env.TEST_DATABASE_URL;
const postgres = given ? { url: given, stop: async () => undefined } : await startTestPostgres();
const nx = spawn(join(root, 'node_modules/.bin/nx'), ['run-many', '-t', target, '--output-style=static', ...more], {
  cwd: root,
  env: { ...process.env, TEST_DATABASE_URL: postgres.url },
  stdio: ['ignore', 'pipe', 'inherit'],
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => nx.kill(signal));

const count = { passed: 0, failed: 0, skipped: 0 };
createInterface({ input: nx.stdout }).on('line', (line) => {
  console.log(line);
  const plain = stripVTControlCharacters(line);
  if (!plain.startsWith('Tests:')) return;
  for (const [, number, outcome] of plain.matchAll(/(\d+) (passed|failed|skipped)/g)) count[outcome] += Number(number);
});
const [code] = await once(nx, 'close');
await postgres.stop();
console.log(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exit(code ?? 1);
