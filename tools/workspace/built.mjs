// Whether every dist/ is what its src/ compiles to, by a stamp that a build of everything leaves.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const stampOf = (root) => join(root, 'node_modules/.cache/mo-ledger/built');

export function isBuilt(root) {
  if (!existsSync(stampOf(root)) || !existsSync(join(root, 'apps/standalone/dist/main.js'))) return false;
  return readFileSync(stampOf(root), 'utf8') === sourcesOf(root);
}

/** @param sources what `sourcesOf` said before the build: a file that was changed meanwhile is built again */
export function stampBuilt(root, sources) {
  mkdirSync(dirname(stampOf(root)), { recursive: true });
  writeFileSync(stampOf(root), sources);
}

/** Whether a build compiles a file: tests and declarations stay out of dist/. */
export const isCompiled = (file) => file.endsWith('.ts') && !/\.(spec|faults|contract|d)\.ts$/.test(file);

/** A hash of the names and times of all that a build reads. */
export function sourcesOf(root) {
  const folders = ['apps', 'libs', 'tools'].map((top) => join(root, top));
  const files = ['.swcrc', 'tools/workspace/build.mjs'].map((file) => join(root, file));
  const state = [...files, ...folders.flatMap(walk)].map((file) => `${file} ${statSync(file).mtimeMs}`).join('\n');
  return createHash('sha256').update(state).digest('hex');
}

function walk(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name === 'dist') return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return walk(path);
    return isCompiled(entry.name) ? [path] : [];
  });
}
