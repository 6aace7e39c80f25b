import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WorkspaceCopy } from './testing/workspace-copy.js';

const HANDLER = 'libs/keyword-handlers/lucky-draw';
const REGISTERED = ['libs/keyword-handlers/installed', 'libs/read-models/installed'];
/** Where tools/workspace/prepare.mjs keeps which lock file was installed. */
const STAMP = 'node_modules/.cache/mo-ledger/installed';
const READ_MODEL = 'libs/read-models/busy-codes';

describe('the generators, on a copy of the workspace', () => {
  let copy: WorkspaceCopy;
  beforeAll(async () => {
    copy = new WorkspaceCopy();
    await lock();
    mkdirSync(join(copy.root, 'node_modules/.cache/mo-ledger'), { recursive: true });
    writeFileSync(join(copy.root, STAMP), lockHash());
    await copy.run('nx', 'g', '@mo-ledger/generators:keyword-handler', 'lucky-draw');
    await copy.run('nx', 'g', '@mo-ledger/generators:read-model', 'busy-codes');
  }, 120_000);
  afterAll(() => copy.remove());

  const lock = () => copy.run('npm', 'install', '--package-lock-only', '--offline', '--no-audit', '--no-fund');
  const text = (path: string) => readFileSync(join(copy.root, path), 'utf8');
  const lockHash = () => createHash('sha256').update(text('package-lock.json')).digest('hex');
  const jest = (folder: string) => copy.run('jest', `--rootDir=${folder}`);

  it('write libraries that are registered', () => {
    for (const file of [
      'lucky-draw.keyword-handler.ts',
      'lucky-draw.settings.ts',
      'lucky-draw.keyword-handler.spec.ts',
    ])
      expect(existsSync(join(copy.root, HANDLER, 'src', file))).toBe(true);
    expect(text('libs/keyword-handlers/installed/src/installed-handlers.ts')).toMatch(/= \[[^\]]*\bluckyDraw,?\s*\]/);
    const readModels = text('libs/read-models/installed/src/installed-read-models.ts');
    expect(readModels).toMatch(/projections[^;]*busyCodes[^;]*;[^]*queryModules[^;]*BusyCodesReadModelModule/);
    expect(JSON.parse(text('tools/event-catalogue/event-catalogue.json')).events.LuckyDrawEntered).toEqual({
      entry: 'number',
    });
  });

  it('leave a lock file that npm agrees with, without a download, and nothing to be installed', async () => {
    expect(text(STAMP)).toBe(lockHash());
    const before = text('package-lock.json');
    await lock();
    expect(text('package-lock.json')).toBe(before);
  }, 120_000);

  it('write what is formatted, and what lint and the type-check accept', async () => {
    const written = [HANDLER, READ_MODEL, ...REGISTERED];
    const registers = REGISTERED.flatMap((folder) => [`${folder}/package.json`, `${folder}/src/installed-*s.ts`]);
    await copy.run('prettier', '--check', HANDLER, READ_MODEL, ...registers, 'tools/event-catalogue/*.json');
    // The rule of who may import whom goes by Nx's graph, which is of before.
    await copy.run('nx', 'show', 'projects');
    await copy.run('eslint', '--max-warnings', '0', ...written);
    const include = [...written.map((folder) => `${folder}/src`), 'libs/**/src/**/*.d.ts'];
    const config = { extends: './tsconfig.base.json', include };
    writeFileSync(join(copy.root, 'tsconfig.written.json'), JSON.stringify(config));
    await copy.run('tsc', '--noEmit', '-p', 'tsconfig.written.json');
  }, 300_000);

  it('write specs that pass, and break none of what was there', async () => {
    await jest(HANDLER);
    await jest(READ_MODEL);
    await jest('libs/keyword-handlers/installed');
    await jest('tools/event-catalogue');
  }, 300_000);

  it('refuse a name that is taken or none, and write nothing then', async () => {
    const generate = (name: string) => copy.run('nx', 'g', '@mo-ledger/generators:keyword-handler', `--name=${name}`);
    await expect(generate('lucky-draw')).rejects.toThrow('is there already');
    await expect(generate('../evil')).rejects.toThrow('name');
    await expect(generate('new')).rejects.toThrow('choose another name');
    expect(existsSync(join(copy.root, 'libs/keyword-handlers/new'))).toBe(false);
  }, 120_000);
});
