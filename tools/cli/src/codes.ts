import type { Code } from './answers.js';
import { examples } from './examples.js';
import type { Register } from './mo.js';
import { EXIT, type Session } from './session.js';
import type { Column } from './table.js';
import { count } from './units.js';

const COLUMNS: readonly Column<Code>[] = [
  { title: 'CODE', text: ({ code }) => code },
  { title: 'TYPE', text: ({ type }) => type },
  { title: 'SHARING', text: ({ sharing }) => sharing },
  { title: 'FORWARDING', text: ({ forwarding }) => forwarding },
  { title: 'ORGANIZATION', text: ({ organization }) => organization ?? '–', gives: true },
  {
    title: 'WARNINGS',
    text: ({ warnings }) => count(warnings.length),
    figure: true,
    tone: ({ warnings }) => (warnings.length > 0 ? 'busy' : null),
  },
];

async function listCodes(session: Session): Promise<number> {
  const page = await session.ledger.list<Code>('/codes', {});
  session.value(page);
  session.table(COLUMNS, page.items, 'No code is provisioned.');
  const warned = page.items.flatMap(({ code, warnings }) => warnings.map((warning) => `${code}: ${warning}`));
  if (warned.length > 0) session.line();
  for (const line of warned) session.line(line);
  return EXIT.OK;
}

/** `mo codes …` */
export const codesCommands: Register = (program, run) => {
  const codes = examples(program.command('codes').description('what is provisioned'), { 'codes list': 'all codes' });
  examples(codes.command('list').description('all codes, and what is to be said against them'), {
    'codes list': 'a table',
    'codes list --json': 'whole, for a script',
  }).action(run(listCodes));
};
