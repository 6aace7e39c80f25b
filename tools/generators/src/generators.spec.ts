import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readJson, type Generator, type Tree } from '@nx/devkit';
import { createTree } from '@nx/devkit/testing';

const root = resolve(import.meta.dirname, '../../..');
const HANDLERS = 'libs/keyword-handlers/installed';
const READ_MODELS = 'libs/read-models/installed';
const CATALOGUE = 'tools/event-catalogue/event-catalogue.json';
/** The files of the workspace that the generators change. */
const CHANGED = [
  'package-lock.json',
  `${HANDLERS}/package.json`,
  `${HANDLERS}/src/installed-handlers.ts`,
  `${READ_MODELS}/package.json`,
  `${READ_MODELS}/src/installed-read-models.ts`,
  CATALOGUE,
];

/** In memory, over the files of this workspace: what nx would write, it does not. */
describe('the generators', () => {
  let tree: Tree;
  beforeEach(() => {
    tree = createTree();
    for (const path of CHANGED) tree.write(path, readFileSync(join(root, path)));
  });
  const generate = async (kind: 'keyword-handler' | 'read-model', name: string): Promise<void> => {
    const { href } = new URL(`./${kind}/${kind}.generator.mjs`, import.meta.url);
    const { default: generator } = (await import(href)) as { default: Generator<{ name: string }> };
    await generator(tree, { name });
  };
  const text = (path: string): string => tree.read(path, 'utf8') ?? '';
  const contents = (): Record<string, string> => Object.fromEntries(CHANGED.map((path) => [path, text(path)]));

  it('write a keyword handler that is registered, with its events in the catalogue', async () => {
    await generate('keyword-handler', 'lucky-draw');
    expect(tree.children('libs/keyword-handlers/lucky-draw/src').toSorted()).toEqual([
      'index.ts',
      'lucky-draw.keyword-handler.spec.ts',
      'lucky-draw.keyword-handler.ts',
      'lucky-draw.settings.ts',
    ]);
    expect(text(`${HANDLERS}/src/installed-handlers.ts`)).toMatch(/= \[[^\]]*\bluckyDraw,?\s*\]/);
    expect(readJson(tree, `${HANDLERS}/package.json`).dependencies).toHaveProperty(
      '@mo-ledger/handler-lucky-draw',
      '*',
    );
    expect(readJson(tree, CATALOGUE).events.LuckyDrawEntered).toEqual({ entry: 'number' });
  });

  it('write a read model that is registered', async () => {
    await generate('read-model', 'busy-codes');
    expect(text(`${READ_MODELS}/src/installed-read-models.ts`)).toMatch(
      /projections[^;]*busyCodes[^;]*;[^]*queryModules[^;]*BusyCodesReadModelModule/,
    );
    expect(readJson(tree, `${READ_MODELS}/package.json`).dependencies).toHaveProperty(
      '@mo-ledger/busy-codes-read-model',
    );
  });

  it('write a lock file that knows the new package', async () => {
    await generate('keyword-handler', 'lucky-draw');
    const { packages } = readJson<{ packages: Record<string, object> }>(tree, 'package-lock.json');
    const folder = 'libs/keyword-handlers/lucky-draw';
    expect(packages['node_modules/@mo-ledger/handler-lucky-draw']).toEqual({ resolved: folder, link: true });
    expect(packages[folder]).toMatchObject({ name: '@mo-ledger/handler-lucky-draw', license: 'Apache-2.0' });
    expect(packages[HANDLERS]).toHaveProperty(['dependencies', '@mo-ledger/handler-lucky-draw'], '*');
  });

  it.each([
    ['that is taken', 'vote', 'is there already'],
    ['that leaves the folder', '../evil', 'name'],
    ['that JavaScript has for itself', 'new', 'choose another name'],
  ])('refuse a name %s, and write nothing then', async (_what, name, said) => {
    tree.write('libs/keyword-handlers/vote/package.json', '{}');
    const before = contents();
    await expect(generate('keyword-handler', name)).rejects.toThrow(said);
    expect(contents()).toEqual(before);
    expect(tree.children('libs/keyword-handlers')).not.toContain('new');
  });
});
