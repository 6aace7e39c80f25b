import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CopiedLedger } from './testing/copied-ledger.js';
import { typeErrors } from './testing/type-errors.js';
import { WorkspaceCopy } from './testing/workspace-copy.js';

const RAFFLE = 'libs/keyword-handlers/raffle';
const HANDLER = `${RAFFLE}/src/raffle.keyword-handler.ts`;
const READ_MODEL = 'libs/read-models/busy-codes';
const REGISTERS = ['libs/keyword-handlers/installed', 'libs/read-models/installed'];
/** The tutorial, line by line: its code is written and its commands are run, in their order. One copy serves all tests. */
describe('libs/keyword-handlers/README.md, on a copy of the workspace', () => {
  let copy: WorkspaceCopy;
  let ledger: CopiedLedger | undefined;
  let steps: Step[];
  beforeAll(() => {
    copy = new WorkspaceCopy();
    steps = stepsOf(text('libs/keyword-handlers/README.md'));
  });
  afterAll(async () => {
    await ledger?.stop();
    copy.remove();
  });

  const text = (path: string): string => readFileSync(join(copy.root, path), 'utf8');
  const jest = (folder: string): Promise<string> => copy.run('jest', `--rootDir=${folder}`);
  const take = (until: (step: Step) => boolean): Step[] => steps.splice(0, steps.findIndex(until) + 1);
  const follow = async (step: Step): Promise<string> => {
    if (step.file !== null) writeFileSync(join(copy.root, step.file), step.text);
    return step.file === null ? copy.run('bash', '-euo', 'pipefail', '-c', step.text) : '';
  };

  it('makes a handler that is specified and catalogued', async () => {
    const written = take(({ text }) => text.includes('event-catalogue:extend'));
    expect(written.map(({ file }) => file?.split('/').at(-1) ?? 'commands')).toEqual([
      'commands',
      'raffle.settings.ts',
      'raffle.keyword-handler.ts',
      'raffle.keyword-handler.spec.ts',
      'commands',
    ]);
    for (const step of written) await follow(step);
    await jest('libs/keyword-handlers/installed');
  });

  it('is beside a read model that a generator wrote, whose spec passes', async () => {
    await copy.run('nx', 'g', '@mo-ledger/generators:read-model', 'busy-codes');
    await jest(READ_MODEL);
  });

  it('leaves a lock file that npm agrees with, without a download, and nothing to be installed', async () => {
    expect(await isInstalled(copy.root)).toBe(true);
    const before = packagesOf(text('package-lock.json'));
    await copy.run('npm', 'install', '--package-lock-only', '--offline', '--no-audit', '--no-fund');
    const after = packagesOf(text('package-lock.json'));
    expect(Object.keys(after)).toEqual(Object.keys(before));
    for (const folder of [RAFFLE, READ_MODEL, ...REGISTERS]) expect(after[folder]).toEqual(before[folder]);
  });

  it('is formatted, compiles, and is what lint accepts', async () => {
    const sources = [RAFFLE, READ_MODEL].map((folder) => `${folder}/src/**/*.ts`);
    const registers = REGISTERS.map((folder) => `${folder}/src/installed-*s.ts`);
    const packages = [...REGISTERS, RAFFLE, READ_MODEL].map((folder) => `${folder}/package.json`);
    const formatted = [...sources, ...registers, ...packages, 'tools/event-catalogue/*.json'];
    await copy.run('prettier', '--check', ...formatted);
    expect(typeErrors(copy.root, [...sources, ...registers])).toEqual([]);
    // Lint takes the types of all that tsconfig.json includes.
    const include = [...sources, ...registers, 'libs/**/src/**/*.d.ts'];
    writeFileSync(join(copy.root, 'tsconfig.json'), JSON.stringify({ extends: './tsconfig.base.json', include }));
    // The rule of who may import whom goes by Nx's graph, which is of before.
    await copy.run('nx', 'show', 'projects');
    await copy.run('eslint', '--max-warnings', '0', ...sources, ...registers);
  });

  it('is live: a text has its results in the API', async () => {
    const [start, ...commands] = take(({ text }) => text.includes('Ledger-After'));
    expect(start?.text.trim()).toBe('npm start');
    ledger = await CopiedLedger.start(copy);
    const { url } = ledger;
    const run = ({ text }: Step) => follow({ file: null, text: text.replaceAll('http://127.0.0.1:3000', url) });
    let answer = '';
    for (const command of commands) {
      // A read model of a ledger that has just been started may not be there yet; the commands may be repeated.
      do answer = await run(command);
      while (answer.includes('read-model-not-ready'));
    }
    for (const shown of ['"messages":1', '"results":{"tickets":1,"winners":1}']) expect(answer).toContain(shown);
  });

  it('is stopped by the catalogue when its events change in a way that breaks the log', async () => {
    writeFileSync(join(copy.root, HANDLER), text(HANDLER).replaceAll('wins', 'lucky'));
    const verdict = jest('tools/event-catalogue').then(String, String);
    expect(await verdict).toMatch(/TicketDrawn\.wins is gone[^]*TicketDrawn\.lucky is new[^]*TicketDrawnV2/);
  });
});

/** What tools/workspace/prepare.mjs asks before a command. */
const isInstalled = async (root: string): Promise<boolean> => {
  const { href } = new URL('../../workspace/installed.mjs', import.meta.url);
  return ((await import(href)) as { isInstalled(root: string): boolean }).isInstalled(root);
};

const packagesOf = (lock: string): Record<string, unknown> =>
  (JSON.parse(lock) as { packages: Record<string, unknown> }).packages;

interface Step {
  /** The file that the code is, or null for commands. */
  readonly file: string | null;
  readonly text: string;
}

const stepsOf = (markdown: string): Step[] =>
  [...markdown.matchAll(/^```(ts|sh)\n([^]*?)^```$/gm)].map(([, language, text = '']) => {
    if (language === 'sh') return { file: null, text };
    const [first = '', ...code] = text.split('\n');
    return { file: first.replace('// ', ''), text: code.join('\n') };
  });
