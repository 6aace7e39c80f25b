import { join } from 'node:path';
import { namesOf } from '../names.mjs';
import { addPackage, addToList, formatChanges, linkPackage, writeLibrary } from '../workspace.mjs';

const INSTALLED = 'libs/read-models/installed';
/** A projection's name is part of its schema's name in the database. */
const LONGEST_NAME = 30;

/**
 * `npx nx g @mo-ledger/generators:read-model busy-hours`: a library with a projection, a query over it, and the module that answers
 * `GET /busy-hours`, in the lists of what is installed.
 *
 * @param {import('@nx/devkit').Tree} tree
 * @param {{ name: string }} options
 */
export default async function readModelGenerator(tree, options) {
  const names = { ...namesOf(options.name, LONGEST_NAME), tableName: options.name.replaceAll('-', '_') };
  const folder = `libs/read-models/${names.name}`;
  const packageName = `@mo-ledger/${names.name}-read-model`;
  writeLibrary(tree, { folder, packageName, names, templates: join(import.meta.dirname, 'files') });
  const file = `${INSTALLED}/src/installed-read-models.ts`;
  addToList(tree, { file, list: 'projections', element: names.constantName, from: packageName });
  addToList(tree, { file, list: 'queryModules', element: `${names.className}ReadModelModule`, from: packageName });
  addPackage(tree, { folder, usedBy: INSTALLED });
  await formatChanges(tree);
  return () => {
    linkPackage(tree, { folder, packageName });
    console.log(
      `\nNext: your rows in ${folder}/src; npx nx test ${names.name}-read-model; ${folder}/README.md says the rest.`,
    );
  };
}
