import { join } from 'node:path';
import { readJson, updateJson } from '@nx/devkit';
import { namesOf } from '../names.mjs';
import { addPackage, addToList, formatChanges, linkPackage, writeLibrary } from '../workspace.mjs';

const INSTALLED = 'libs/keyword-handlers/installed';
const CATALOGUE = 'tools/event-catalogue/event-catalogue.json';
const LONGEST_NAME = 50;

/**
 * `npx nx g @mo-ledger/generators:keyword-handler raffle`: a library with the handler, its settings and its spec, in the list of
 * installed handlers, its events in the catalogue.
 *
 * @param {import('@nx/devkit').Tree} tree
 * @param {{ name: string }} options
 */
export default async function keywordHandlerGenerator(tree, options) {
  const names = namesOf(options.name, LONGEST_NAME);
  const folder = `libs/keyword-handlers/${names.name}`;
  const packageName = `@mo-ledger/handler-${names.name}`;
  writeLibrary(tree, { folder, packageName, names, templates: join(import.meta.dirname, 'files') });
  addToCatalogue(tree, {
    [`${names.className}Entered`]: { entry: 'number' },
    [`${names.className}Refused`]: { reason: "'no entries left'" },
  });
  addToList(tree, {
    file: `${INSTALLED}/src/installed-handlers.ts`,
    list: 'handlers',
    element: names.constantName,
    from: packageName,
  });
  addPackage(tree, { folder, usedBy: INSTALLED });
  await formatChanges(tree);
  return () => {
    linkPackage(tree, { folder, packageName });
    console.log(
      `\nNext: your logic in ${folder}/src; npx nx test handler-${names.name}; ${folder}/README.md says the rest.`,
    );
  };
}

/** The payloads of the template's events; `npx nx run event-catalogue:extend` adds what is made of them. */
function addToCatalogue(tree, shapes) {
  const { events, retired } = readJson(tree, CATALOGUE);
  for (const type of Object.keys(shapes))
    if (type in events || type in retired) throw new Error(`the event type ${type} is taken; choose another name`);
  const all = Object.entries({ ...events, ...shapes }).sort(([a], [b]) => (a < b ? -1 : 1));
  updateJson(tree, CATALOGUE, (catalogue) => ({ ...catalogue, events: Object.fromEntries(all) }));
}
