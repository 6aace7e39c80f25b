// Runs before `npm start`, `npm test` and the other commands: installs what is missing and, with --build,
// compiles what has changed. Plain JavaScript for Node 20, since it runs before anything is installed; and no Nx,
// which would cost a second `npm start` another second.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const stamp = (name) => join(root, 'node_modules/.cache/mo-ledger', name);
const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '');
const write = (file, text) => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
};

const locked = createHash('sha256')
  .update(read(join(root, 'package-lock.json')))
  .digest('hex');
if (!existsSync(join(root, 'node_modules/.bin/node')) || (read(stamp('installed')) !== locked && !process.env.CI)) {
  console.log('Installing what is missing (once; about a minute) …');
  // A CI environment variable NODE_ENV=production would leave the build tools out.
  execFileSync('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
  });
  write(stamp('installed'), locked);
}

if (process.argv.includes('--build')) {
  const sources = ['apps', 'libs', 'tools'].flatMap((top) => walk(join(root, top)));
  const state = sources.map((file) => `${file} ${statSync(file).mtimeMs}`).join('\n');
  const built = createHash('sha256').update(state).digest('hex');
  if (read(stamp('built')) !== built || !existsSync(join(root, 'apps/standalone/dist/main.js'))) {
    execFileSync(join(root, 'node_modules/.bin/node'), [join(root, 'tools/workspace/build.mjs')], {
      cwd: root,
      stdio: 'inherit',
    });
    // Kept for the first start of every ledger, which would take 3 s more. Where it fails, such a start tries it again.
    const keepEmptyCluster =
      "import('./libs/read-store/dist/new-cluster.js').then(({ emptyCluster }) => emptyCluster())";
    spawnSync(join(root, 'node_modules/.bin/node'), ['--eval', keepEmptyCluster], { cwd: root });
    write(stamp('built'), built);
  }
}

function walk(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name === 'dist') return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : path.endsWith('.ts') && !path.endsWith('.spec.ts') ? [path] : [];
  });
}
