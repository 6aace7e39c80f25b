import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const SCRIPT = resolve(import.meta.dirname, '../ratchets.mjs');
const LIMITS = 'tools/workspace/ratchets.json';
const NOTHING = {
  literalSpreads: 0,
  longFiles: 0,
  importCycles: 0,
  underscoreMembers: 0,
  doubleCasts: 0,
  innerImports: 0,
};

describe('the ratchets of a workspace', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'mo-ledger-'));
    write(LIMITS, JSON.stringify(NOTHING));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, ...args], { cwd: root, encoding: 'utf8' });
    return { status, text: stdout + stderr };
  };
  const limits = () => JSON.parse(readFileSync(join(root, LIMITS), 'utf8')) as typeof NOTHING;

  it.each([
    ['literalSpreads', 'a spread of an object', 'export const a = { ...{ b: 1 } };'],
    ['literalSpreads', 'a spread of an array', 'export const a = [...[1, 2]];'],
    ['longFiles', 'a file of 301 lines', 'f();\n'.repeat(301)],
    ['underscoreMembers', "a library's private member", 'export const a = call._stream;'],
    ['doubleCasts', 'a cast of a cast', 'export const a = b as unknown as string;'],
    ['innerImports', "an import of a package's inner file", "import a from '@x/y/dist/a.js';"],
    ['importCycles', 'a file that imports itself by another', "import './b.js';"],
  ])('count in %s %s', (name, _, text) => {
    write('libs/x/src/a.ts', text);
    write('libs/x/src/b.ts', "import type { A } from './a.js';");
    const { status, text: told } = run();
    expect(status).toBe(1);
    expect(told).toContain(`${name}: `);
    expect(run('--list', name).text).toContain('libs/x/src/a.ts');
  });

  it('let pass what only looks like it', () => {
    write('libs/x/src/a.ts', 'export const a = { ...b, c: [...d, this._e] } as const;\n'.repeat(300));
    write('libs/x/node_modules/y/a.js', 'call._stream;');
    expect(run()).toEqual({ status: 0, text: '' });
  });

  it('tell how to lower a limit, and lower it', () => {
    write(LIMITS, JSON.stringify({ ...NOTHING, longFiles: 3 }));
    const { status, text } = run();
    expect(status).toBe(0);
    expect(text).toContain('longFiles: 0, down from 3. `node tools/workspace/ratchets.mjs --write` lowers the limit.');
    expect(run('--write')).toEqual({ status: 0, text: '' });
    expect(limits()).toEqual(NOTHING);
  });

  it('never raise a limit', () => {
    write('libs/x/src/a.ts', 'export const a = call._stream;');
    expect(run('--write')).toMatchObject({ status: 1, text: expect.stringContaining('underscoreMembers: 1') });
    expect(limits()).toEqual(NOTHING);
  });
});
