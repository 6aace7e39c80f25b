import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { PGlite } from '@electric-sql/pglite';

const CACHE = resolve(import.meta.dirname, '../../../node_modules/.cache/mo-ledger');

/**
 * Begins PGlite's files in a folder that is not there yet, as a copy of an empty cluster that is kept beside what is installed: that takes
 * 0.1 s of processor time where PGlite, which runs initdb, takes 3 s (and 800 MB). Where it cannot be done nothing is left
 * behind, and PGlite does it itself.
 */
export async function beginCluster(files: string, cache = CACHE): Promise<void> {
  const unfinished = `${files}.unfinished`;
  try {
    const template = await emptyCluster(cache);
    rmSync(unfinished, { recursive: true, force: true });
    copyFolder(template, unfinished);
    renameSync(unfinished, files);
  } catch {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** The folder of an empty cluster of this version of PGlite, which is made where there is none. */
export async function emptyCluster(cache = CACHE): Promise<string> {
  const template = join(cache, `pglite-${versionOfPglite()}`);
  if (existsSync(template)) return template;
  await mkdir(cache, { recursive: true });
  const unfinished = await mkdtemp(`${template}-`);
  try {
    const database = await PGlite.create(join(unfinished, 'cluster'));
    await database.close();
    await rename(join(unfinished, 'cluster'), template);
  } catch (error) {
    // Another process was first.
    if (!existsSync(template)) throw error;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return template;
}

function versionOfPglite(): string {
  const require = createRequire(import.meta.url);
  const manifest = join(dirname(require.resolve('@electric-sql/pglite')), '../package.json');
  return (require(manifest) as { version: string }).version;
}

/** A thousand small files: `fs.cp` takes five times as long for them. */
function copyFolder(from: string, to: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const copy = entry.isDirectory() ? copyFolder : copyFileSync;
    copy(join(from, entry.name), join(to, entry.name));
  }
}
