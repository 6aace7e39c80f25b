import type { QuarantinedPost } from './answers.js';
import { examples } from './examples.js';
import { LedgerRefused, path } from './ledger.js';
import type { Register } from './mo.js';
import { wholeNumber } from './number-option.js';
import { EXIT, type Session } from './session.js';
import type { Column } from './table.js';
import { count, instant } from './units.js';

const COLUMNS: readonly Column<QuarantinedPost>[] = [
  { title: 'ID', text: ({ id }) => id },
  { title: 'ORGANIZATION', text: ({ organization }) => organization ?? '–', gives: true },
  { title: 'REASON', text: ({ reason }) => reason },
  { title: 'RECEIVED', text: ({ receivedAt }) => instant(receivedAt) },
  { title: 'POSTS', text: ({ attempts }) => count(attempts), figure: true },
  { title: 'STATE', text: ({ state }) => state, tone: ({ state }) => (state === 'OPEN' ? 'busy' : 'good') },
];

interface Filters {
  readonly organization?: string;
  readonly reason?: string;
  readonly state?: string;
  readonly limit: number;
}

async function listQuarantine(session: Session, { limit, ...filters }: Filters): Promise<number> {
  const page = await session.ledger.list<QuarantinedPost>('/quarantine', { ...filters }, limit);
  session.value(page);
  session.table(COLUMNS, page.items, 'Nothing of that is in quarantine.');
  if (page.next !== null) session.line(`… and more; --limit shows more than ${count(limit)}`);
  return EXIT.OK;
}

interface Reprocessed {
  readonly id: string;
  readonly state: QuarantinedPost['state'] | null;
  readonly became: QuarantinedPost['became'];
  readonly error: string | null;
}

/** 1 where one is in quarantine still, 2 where the ledger refused one; the others are done all the same. */
async function reprocess(session: Session, ids: readonly string[]): Promise<number> {
  const all: Reprocessed[] = [];
  for (const id of ids) {
    const one = await reprocessOne(session, id);
    all.push(one);
    if (one.error !== null) session.complain(`${id}: ${one.error}`);
    else if (one.state === 'OPEN') session.line(`${id} stays in quarantine: today's rules cannot read it either`);
    else session.line(`${id} was read${one.became ? `: it is the ${one.became.kind} ${one.became.id}` : ''}`);
  }
  session.value({ items: all, next: null });
  if (all.some(({ error }) => error !== null)) return EXIT.REFUSED;
  return all.some(({ state }) => state === 'OPEN') ? EXIT.BAD : EXIT.OK;
}

async function reprocessOne({ ledger }: Session, id: string): Promise<Reprocessed> {
  try {
    const { position } = await ledger.post(path`/quarantine/${id}/reprocess`);
    const { state, became } = await ledger.get<QuarantinedPost>(path`/quarantine/${id}`, {}, position);
    return { id, state, became, error: null };
  } catch (error) {
    if (!(error instanceof LedgerRefused)) throw error;
    return { id, state: null, became: null, error: error.message };
  }
}

/** `mo quarantine …` */
export const quarantineCommands: Register = (program, run) => {
  const quarantine = examples(
    program.command('quarantine').description('posts that were kept although they could not be read'),
    { 'quarantine list --state OPEN': 'what waits for somebody' },
  );
  examples(
    quarantine
      .command('list')
      .description('what is in quarantine, newest first')
      .option('--organization <name>', 'whose posts')
      .option('--reason <reason>', 'EMPTY_BODY, DEVICE_ADDRESS_MISSING, INBOUND_ADDRESS_MISSING or UNRECOGNISED')
      .option('--state <state>', 'OPEN or REPROCESSED')
      .option('--limit <n>', 'at most so many', wholeNumber, 50),
    {
      'quarantine list --state OPEN': 'what waits for somebody',
      'quarantine list --organization acme --reason EMPTY_BODY': "of one organization's, and of one reason",
      'quarantine list --limit 5000 --json': 'with the bytes that came, for a script',
    },
  ).action(run(listQuarantine));
  examples(
    quarantine.command('reprocess <id...>').description("reads posts again with today's rules; 1 where one stays"),
    { 'quarantine reprocess 4f0c2e9a1b7d3c58 9a1b7d3c584f0c2e': 'these two; their ids are in quarantine list' },
  ).action(run(reprocess));
};
