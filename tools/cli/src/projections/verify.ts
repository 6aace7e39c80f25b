import type { RowDifference, TableComparison, Verification } from '../answers.js';
import { LedgerRefused, path } from '../ledger.js';
import { EXIT, type Session } from '../session.js';
import type { Column } from '../table.js';
import { count } from '../units.js';

/** How many differences are shown; `--json` has all that the ledger tells. */
const SHOWN = 20;
/** So many looks at a ledger that does not tell of the verification it was asked for. */
const UNKNOWN_LOOKS = 60;

const DOING: Readonly<Record<Verification['state'], string>> = {
  WAITING: 'waits for its turn',
  FILLING: 'builds it once more from the log',
  COMPARING: 'compares the two',
  DONE: 'done',
  FAILED: 'failed',
};

const figure = (title: string, of: (table: TableComparison) => number): Column<TableComparison> => ({
  ...{ title, figure: true, text: (table) => count(of(table)) },
  ...(title === 'ROWS' ? {} : { tone: (table) => (of(table) > 0 ? 'bad' : null) }),
});
const TABLES: readonly Column<TableComparison>[] = [
  { title: 'TABLE', text: ({ table }) => table, gives: true },
  figure('ROWS', ({ rows }) => rows),
  figure('MISSING', ({ missing }) => missing),
  figure('EXTRA', ({ extra }) => extra),
  figure('DIFFERENT', ({ different }) => different),
];

const DIFFERENCES: readonly Column<RowDifference>[] = [
  { title: 'TABLE', text: ({ table }) => table },
  { title: 'DIFFERENCE', text: ({ kind }) => kind },
  { title: 'KEY', text: ({ key }) => keyText(key), gives: true },
  { title: 'COLUMNS', text: ({ columns }) => columns.join(', '), gives: true },
];
const keyText = (key: RowDifference['key']): string =>
  Object.entries(key)
    .map(([column, value]) => `${column}=${value}`)
    .join(' ');

/** `mo projections verify NAME`: 1 where the read model is not what the log says, or that could not be found out. */
export async function verifyProjection(session: Session, name: string): Promise<number> {
  const url = path`/projections/${name}/verify`;
  const { verification: id } = (await session.ledger.post<{ verification: string }>(url)).body;
  const done = await waitUntilDone(session, name, url, id);
  if (!done) {
    session.complain(`another verification of ${name} took the place of this one`);
    return EXIT.BAD;
  }
  session.value(done);
  if (done.state === 'FAILED') {
    session.line(`${name} could not be verified: ${done.error ?? 'the ledger does not say why'}`);
    return EXIT.BAD;
  }
  const verdict = done.equal ? 'equals' : 'DIFFERS FROM';
  session.line(`${name} ${verdict} what the log makes of it, up to position ${done.position ?? 'none'}.`);
  session.line();
  session.table(TABLES, done.tables, 'It has no tables.');
  if (done.equal) return EXIT.OK;
  const differences = done.differences.slice(0, SHOWN);
  if (differences.length === 0) return EXIT.BAD;
  session.line();
  session.line('The first differences:');
  session.table(DIFFERENCES, differences, '');
  const all = done.tables.reduce((sum, { missing, extra, different }) => sum + missing + extra + different, 0);
  if (all > differences.length) session.line(`… and ${count(all - differences.length)} more`);
  return EXIT.BAD;
}

/** The verification that was asked for, when it is done; null where another one has taken its place. */
async function waitUntilDone(session: Session, name: string, url: string, id: string): Promise<Verification | null> {
  const look = (): Promise<Verification | null> =>
    session.ledger.get<Verification>(url).catch((error: unknown) => {
      // Asked of a process that has not heard of it yet.
      if (error instanceof LedgerRefused && error.status === 404) return null;
      throw error;
    });
  const progress = session.progress(name);
  let known = false;
  let unknown = 0;
  const decide = (seen: Verification | null): Verification | null | undefined => {
    if (seen?.id !== id) return known || ++unknown > UNKNOWN_LOOKS ? null : undefined;
    known = true;
    progress.show({ percent: seen.percent, doing: DOING[seen.state], stage: seen.state });
    return seen.state === 'DONE' || seen.state === 'FAILED' ? seen : undefined;
  };
  try {
    return await session.until(look, decide);
  } finally {
    progress.end();
  }
}
