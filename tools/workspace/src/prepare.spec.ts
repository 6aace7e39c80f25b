import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';

const SCRIPTS = ['prepare.mjs', 'installed.mjs', 'built.mjs', 'build.mjs'];
const LOCKED = {
  '': {},
  'libs/x': {},
  'node_modules/@mo-ledger/x': { resolved: 'libs/x', link: true },
  'node_modules/a': { version: '1.0.0' },
  'node_modules/a-for-another-platform': { version: '1.0.0', optional: true },
};
/** What npm left: the package, without the library that a generator has added since. */
const INSTALLED = { 'node_modules/a': { version: '1.0.0' } };

describe('before a command', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'mo-ledger-'));
    for (const script of SCRIPTS)
      cpSync(resolve(import.meta.dirname, '..', script), join(root, 'tools/workspace', script));
    write('package-lock.json', JSON.stringify({ packages: LOCKED }));
    write('node_modules/.package-lock.json', JSON.stringify({ packages: INSTALLED }));
    write('.swcrc', '{}');
    write('libs/x/src/index.ts', '');
    write('apps/standalone/dist/main.js', '');
    mkdirSync(join(root, 'node_modules/@mo-ledger'));
    symlinkSync(join(root, 'libs/x'), join(root, 'node_modules/@mo-ledger/x'), 'dir');
    for (const program of ['node', 'npm'])
      write(`node_modules/.bin/${program}`, `#!/bin/sh\necho ${program} $1 >>"${root}/ran"\n`, 0o755);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const write = (path: string, text: string, mode = 0o644) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text, { mode });
  };
  /** What it ran: an installation, a build. */
  const prepare = (...args: string[]) => {
    const { CI: _, ...env } = process.env;
    const PATH = `${join(root, 'node_modules/.bin')}${delimiter}${env['PATH']}`;
    execFileSync(process.execPath, [join(root, 'tools/workspace/prepare.mjs'), ...args], { env: { ...env, PATH } });
    const ran = join(root, 'ran');
    return existsSync(ran) ? readFileSync(ran, 'utf8').replaceAll(`${root}/`, '').trim().split('\n') : [];
  };
  const stampBuilt = () => {
    const leave = `import('${root}/tools/workspace/built.mjs').then((it) => it.stampBuilt('${root}', it.sourcesOf('${root}')))`;
    execFileSync(process.execPath, ['--eval', leave]);
  };

  it('nothing is installed where npm has installed what the lock file says', () => {
    expect(prepare()).toEqual([]);
  });

  it.each([
    ['another version', { ...LOCKED, 'node_modules/a': { version: '1.0.1' } }],
    ['one package more', { ...LOCKED, 'node_modules/b': { version: '1.0.0' } }],
    ['one library more', { ...LOCKED, 'node_modules/@mo-ledger/y': { resolved: 'libs/y', link: true } }],
  ])('a lock file that has %s is installed', (_, packages) => {
    write('package-lock.json', JSON.stringify({ packages }));
    expect(prepare()).toEqual(['npm ci']);
  });

  it('packages that nobody asks for any more are no reason to install', () => {
    write('package-lock.json', JSON.stringify({ packages: { '': {} } }));
    expect(prepare()).toEqual([]);
  });

  it('the packages are installed where there are none', () => {
    rmSync(join(root, 'node_modules/.package-lock.json'));
    expect(prepare()).toEqual(['npm ci']);
  });

  it('what has changed since the last build is built, and nothing else', () => {
    const BUILD = 'node tools/workspace/build.mjs';
    expect(prepare('--build')).toEqual([BUILD]);
    stampBuilt();
    expect(prepare('--build')).toEqual([BUILD]);
    write('libs/x/src/new.ts', '');
    expect(prepare('--build')).toEqual([BUILD, BUILD]);
  });
});
