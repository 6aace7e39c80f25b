import { codeWarnings } from '@mo-ledger/codes';
import { Problem } from '@mo-ledger/http';
import { plainWords } from '@mo-ledger/matching';
import { ReadModels, type OpenReadModel } from '@mo-ledger/projections';
import { all, Keyset, type ListQuery, type Page } from '@mo-ledger/read-model-kit';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { codeStateOf, programsWithKeywords, type CodeRow, type ProgramRow } from './code-state.js';
import { keywordPrograms } from './keyword-programs.projection.js';
import type { keywordProgramsTables } from './keyword-programs.tables.js';

export class FindCodes extends Query<Page<CodeItem>> {
  constructor(readonly filters: ListQuery) {
    super();
  }
}

export class ReadCode extends Query<CodeItem> {
  constructor(readonly code: string) {
    super();
  }
}

const byDigits = new Keyset('codes', [{ column: 'code', kind: 'text' }], 'asc');

@QueryHandler(FindCodes)
export class FindCodesHandler implements IQueryHandler<FindCodes> {
  constructor(private readonly readModels: ReadModels) {}

  async execute({ filters: { limit, cursor } }: FindCodes): Promise<Page<CodeItem>> {
    const { db } = await this.readModels.of(keywordPrograms);
    const rows = await db
      .selectFrom('codes')
      .selectAll()
      .where(all([cursor === undefined ? null : byDigits.after(cursor)]))
      .orderBy(byDigits.order)
      .limit(limit + 1)
      .execute();
    const programs = await programsThatWarn(db, rows);
    return byDigits.page(rows, limit, (row) => toItem(row, programs));
  }
}

@QueryHandler(ReadCode)
export class ReadCodeHandler implements IQueryHandler<ReadCode> {
  constructor(private readonly readModels: ReadModels) {}

  async execute({ code }: ReadCode): Promise<CodeItem> {
    const { db } = await this.readModels.of(keywordPrograms);
    const row = await db.selectFrom('codes').selectAll().where('code', '=', code).executeTakeFirst();
    if (!row) throw new Problem(404, `There is no code ${code}.`);
    return toItem(row, await programsThatWarn(db, [row]));
  }
}

/** Warnings are about a code's catch-all and about keywords that are its own opt-out words. */
const programsThatWarn = (db: OpenReadModel<typeof keywordProgramsTables>['db'], codes: readonly CodeRow[]) =>
  programsWithKeywords(
    db,
    codes.map(({ code }) => code),
    codes.flatMap((code) => code.opt_out_words.map((word) => plainWords(word).join(''))),
  );

const toItem = (row: CodeRow, programs: readonly ProgramRow[]) => ({
  code: row.code,
  type: row.type,
  sharing: row.sharing,
  forwarding: row.forwarding,
  organization: row.organization,
  forwardsOptOut: row.forwards_opt_out,
  optOutWords: row.opt_out_words,
  provisionedAt: row.provisioned_at,
  changedAt: row.changed_at,
  warnings: codeWarnings(
    codeStateOf(
      row,
      programs.filter(({ code }) => code === row.code),
    ),
  ),
});
export type CodeItem = ReturnType<typeof toItem>;
