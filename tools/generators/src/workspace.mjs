// What both generators do to the workspace. Nothing of it asks a registry: a new library brings no new dependency.
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { generateFiles, readJson, updateJson } from '@nx/devkit';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';

/** @typedef {import('@nx/devkit').Tree} Tree */

/**
 * Writes a library from the templates beside a generator.
 *
 * @param {Tree} tree
 * @param {{ folder: string, templates: string, packageName: string, names: object }} library
 */
export function writeLibrary(tree, { folder, templates, packageName, names }) {
  if (tree.exists(folder)) throw new Error(`${folder} is there already; choose another name`);
  generateFiles(tree, templates, folder, { ...names, packageName, tmpl: '' });
}

/**
 * Adds an element to a list that a source file declares as a constant, whatever it looks like, and the import of it.
 *
 * @param {Tree} tree
 * @param {{ file: string, list: string, element: string, from: string }} addition
 */
export function addToList(tree, { file, list, element, from }) {
  const source = ts.createSourceFile(file, tree.read(file, 'utf8') ?? '', ts.ScriptTarget.Latest, true);
  const array = source.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => [...declarationList.declarations])
    .find(({ name }) => name.getText() === list)?.initializer;
  if (!array || !ts.isArrayLiteralExpression(array)) throw new Error(`${file} declares no list called ${list}`);
  const last = array.elements.at(-1);
  const [at, text] = last ? [last.getEnd(), `, ${element}`] : [array.getStart() + 1, element];
  const extended = source.text.slice(0, at) + text + source.text.slice(at);
  tree.write(file, addImport(extended, element, from));
}

/** To the import of the same module, where there is one. */
function addImport(text, element, from) {
  const source = ts.createSourceFile('list.ts', text, ts.ScriptTarget.Latest, true);
  const imports = source.statements.filter(ts.isImportDeclaration);
  const same = imports.find(({ moduleSpecifier }) => moduleSpecifier.text === from)?.importClause?.namedBindings;
  if (same && ts.isNamedImports(same)) {
    const at = same.elements.at(-1)?.getEnd() ?? same.getStart() + 1;
    return `${text.slice(0, at)}, ${element}${text.slice(at)}`;
  }
  const before = imports.find(({ moduleSpecifier }) => moduleSpecifier.text > from && /^@/.test(moduleSpecifier.text));
  const at = before?.getStart() ?? imports.at(-1)?.getEnd() ?? 0;
  const line = `import { ${element} } from '${from}';`;
  return text.slice(0, at) + (before ? `${line}\n` : `\n${line}`) + text.slice(at);
}

/**
 * Makes the new package one that the lock file and another package know.
 *
 * @param {Tree} tree
 * @param {{ folder: string, usedBy: string }} where folders, from the workspace's root
 */
export function addPackage(tree, { folder, usedBy }) {
  const { name, version, license, dependencies, devDependencies } = readJson(tree, `${folder}/package.json`);
  const withIt = (known) => sorted({ ...known, [name]: '*' });
  updateJson(tree, `${usedBy}/package.json`, (json) => ({ ...json, dependencies: withIt(json.dependencies) }));
  if (!tree.exists('package-lock.json')) return;
  updateJson(tree, 'package-lock.json', (lock) => {
    const user = lock.packages[usedBy];
    const packages = {
      ...lock.packages,
      [usedBy]: { ...user, dependencies: withIt(user.dependencies) },
      [folder]: {
        name,
        version,
        license,
        ...(dependencies && { dependencies }),
        ...(devDependencies && { devDependencies }),
      },
      [`node_modules/${name}`]: { resolved: folder, link: true },
    };
    return { ...lock, packages: sorted(packages) };
  });
}

// The order that npm writes.
const sorted = (object) => Object.fromEntries(Object.entries(object).sort(([a], [b]) => a.localeCompare(b, 'en')));

/**
 * What `npm install` would do for a new package of the workspace: a link in node_modules. Runs after the files are written.
 *
 * @param {Tree} tree
 * @param {{ folder: string, packageName: string }} library
 */
export function linkPackage(tree, { folder, packageName }) {
  const link = join(tree.root, 'node_modules', packageName);
  if (existsSync(link)) return;
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(relative(dirname(link), join(tree.root, folder)), link, 'dir');
}

/** Formats what the generator wrote, but for the lock file, which is npm's. */
export async function formatChanges(tree) {
  for (const { path, type } of tree.listChanges()) {
    if (type === 'DELETE' || path === 'package-lock.json' || !/\.(ts|json|md)$/.test(path)) continue;
    const filepath = join(tree.root, path);
    const options = { ...(await resolveConfig(filepath, { editorconfig: true })), filepath };
    tree.write(path, await format(tree.read(path, 'utf8') ?? '', options));
  }
}
