import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CopiedLedger } from './testing/copied-ledger.js';
import { WorkspaceCopy } from './testing/workspace-copy.js';

const HANDLER = 'libs/keyword-handlers/raffle/src/raffle.keyword-handler.ts';

/** The tutorial, line by line: its code is written and its commands are run, in their order. */
describe('libs/keyword-handlers/README.md, on a copy of the workspace', () => {
  let copy: WorkspaceCopy;
  let ledger: CopiedLedger | undefined;
  let steps: Step[];
  beforeAll(() => {
    copy = new WorkspaceCopy();
    steps = stepsOf(readFileSync(join(copy.root, 'libs/keyword-handlers/README.md'), 'utf8'));
  }, 60_000);
  afterAll(async () => {
    await ledger?.stop();
    copy.remove();
  }, 60_000);

  const take = (until: (step: Step) => boolean): Step[] => steps.splice(0, steps.findIndex(until) + 1);
  const follow = async (step: Step): Promise<string> => {
    if (step.file !== null) writeFileSync(join(copy.root, step.file), step.text);
    return step.file === null ? copy.run('bash', '-euo', 'pipefail', '-c', step.text) : '';
  };

  it('makes a handler that is specified and catalogued', async () => {
    const written = take(({ text }) => text.includes('event-catalogue:extend'));
    expect(written.map(({ file }) => file?.split('/').at(-1) ?? 'commands')).toEqual([
      ...['commands', 'raffle.settings.ts', 'raffle.keyword-handler.ts', 'raffle.keyword-handler.spec.ts', 'commands'],
    ]);
    for (const step of written) await follow(step);
    await copy.run('jest', '--rootDir=tools/event-catalogue');
  }, 300_000);

  it('compiles', async () => {
    const folder = 'libs/keyword-handlers/raffle';
    const include = [`${folder}/src`, 'libs/keyword-handlers/installed/src', 'libs/**/src/**/*.d.ts'];
    writeFileSync(
      join(copy.root, 'tsconfig.tutorial.json'),
      JSON.stringify({ extends: './tsconfig.base.json', include }),
    );
    await copy.run('tsc', '--noEmit', '-p', 'tsconfig.tutorial.json');
  }, 300_000);

  it('is live: a text has its results in the API', async () => {
    const [start, ...commands] = take(({ text }) => text.includes('Ledger-After'));
    expect(start?.text.trim()).toBe('npm start');
    ledger = await CopiedLedger.start(copy);
    let answer = '';
    for (const { text } of commands)
      answer = await follow({ file: null, text: text.replaceAll('http://127.0.0.1:3000', ledger.url) });
    for (const shown of ['"messages":1', '"results":{"tickets":1,"winners":1}']) expect(answer).toContain(shown);
  }, 300_000);

  it('is stopped by the catalogue when its events change in a way that breaks the log', async () => {
    const source = readFileSync(join(copy.root, HANDLER), 'utf8');
    writeFileSync(join(copy.root, HANDLER), source.replaceAll('wins', 'lucky'));
    const verdict = copy.run('jest', '--rootDir=tools/event-catalogue').then(String, String);
    expect(await verdict).toMatch(/TicketDrawn\.wins is gone[^]*TicketDrawn\.lucky is new[^]*TicketDrawnV2/);
  }, 120_000);
});

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
