// Compiles each project's src/ to dist/ with swc: everything in one process, so that a first start takes seconds.
//   node tools/workspace/build.mjs [project folder ...]
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformFileSync } from '@swc/core';
import { isCompiled, sourcesOf, stampBuilt } from './built.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** The folders of all workspace projects that have sources, as package.json's `workspaces` names them. */
export const projects = () =>
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    .workspaces.flatMap((pattern) => globSync(`${pattern}/src`, { cwd: root }))
    .map((source) => join(root, dirname(source)));

const build = (project) => {
  const source = join(project, 'src');
  rmSync(join(project, 'dist'), { recursive: true, force: true });
  for (const file of globSync('**/*.ts', { cwd: source })) {
    if (!isCompiled(file)) continue;
    const target = join(project, 'dist', file.replace(/\.ts$/, '.js'));
    const { code, map } = transformFileSync(join(source, file), { configFile: join(root, '.swcrc') });
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, `${code}\n//# sourceMappingURL=${target.split('/').at(-1)}.map\n`);
    writeFileSync(`${target}.map`, map);
  }
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const named = process.argv.slice(2).map((folder) => resolve(root, folder));
  const sources = sourcesOf(root);
  for (const project of named.length ? named : projects()) {
    build(project);
    if (named.length) console.log(`built ${relative(root, project)}`);
  }
  if (named.length === 0) stampBuilt(root, sources);
}
