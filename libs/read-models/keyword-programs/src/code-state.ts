import {
  CodeProvisioned,
  evolveCode,
  initialCode,
  ProgramPaused,
  ProgramProvisioned,
  ProgramRetired,
  type CodeEvent,
  type CodeSettings,
  type CodeState,
  type ProgramSettings,
} from '@mo-ledger/codes';
import type { OpenReadModel, RowOf } from '@mo-ledger/projections';
import { all, isShort } from '@mo-ledger/read-model-kit';
import { sql } from '@mo-ledger/read-store';
import type { keywordProgramsTables } from './keyword-programs.tables.js';

export type CodeRow = RowOf<typeof keywordProgramsTables.codes>;
export type ProgramRow = Omit<RowOf<typeof keywordProgramsTables.programs>, 'keyword_keys'>;
type Db = OpenReadModel<typeof keywordProgramsTables>['db'];

/**
 * A code's state with these of its programs, folded by the domain's own code. Who asks takes the programs that the answer depends on:
 * a code may have tens of thousands.
 */
export function codeStateOf(code: CodeRow, programs: readonly ProgramRow[]): CodeState {
  const events = [toCodeProvisioned(code), ...programs.flatMap(toProgramEvents)];
  return events.reduce(evolveCode, initialCode);
}

/** The living programs of these codes that have one of these keywords (normalised), and the catch-alls. */
export async function programsWithKeywords(
  db: Db,
  codes: readonly string[],
  keys: readonly string[],
): Promise<ProgramRow[]> {
  const living = db
    .selectFrom('programs')
    .selectAll()
    .where(sql<boolean>`code = any(${[...codes]}::text[]) and not retired`);
  const claiming = living.where(sql<boolean>`keyword_keys && ${[...keys]}::text[]`);
  // Each has an index of its own; one condition for both would have none.
  return claiming
    .unionAll(living.where(sql<boolean>`catch_all and not keyword_keys && ${[...keys]}::text[]`))
    .execute();
}

/** A living program of an organization (null: of any) on a code, if it has one: without one a START does not count. */
export async function anyProgramOf(db: Db, code: string, organization: string | null): Promise<ProgramRow[]> {
  return db
    .selectFrom('programs')
    .selectAll()
    .where(all([isShort('code', code), isShort('organization', organization ?? undefined), sql<boolean>`not retired`]))
    .limit(1)
    .execute();
}

const toCodeSettings = (row: CodeRow): CodeSettings => ({
  // The columns hold what the events said.
  type: row.type as CodeSettings['type'],
  sharing: row.sharing as CodeSettings['sharing'],
  forwarding: row.forwarding as CodeSettings['forwarding'],
  organization: row.organization,
  forwardsOptOut: row.forwards_opt_out,
  optOutWords: row.opt_out_words,
});

const toProgramSettings = (row: ProgramRow): ProgramSettings => ({
  ...{ organization: row.organization, name: row.name, handler: row.handler, keywords: row.keywords },
  ...{ match: row.match as ProgramSettings['match'], catchAll: row.catch_all },
  ...{ startsAt: row.starts_at, endsAt: row.ends_at, settings: row.settings },
});

const toCodeProvisioned = (row: CodeRow): CodeEvent =>
  new CodeProvisioned({ code: row.code, at: row.changed_at, ...toCodeSettings(row) });

function toProgramEvents(row: ProgramRow): CodeEvent[] {
  const of = { code: row.code, program: row.program, at: row.changed_at };
  return [
    new ProgramProvisioned({ ...of, ...toProgramSettings(row) }),
    ...(row.paused ? [new ProgramPaused(of)] : []),
    ...(row.retired ? [new ProgramRetired(of)] : []),
  ];
}
