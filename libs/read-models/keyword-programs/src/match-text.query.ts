import { matchProgram, type Match } from '@mo-ledger/codes';
import { parseText, words } from '@mo-ledger/matching';
import { ReadModels } from '@mo-ledger/projections';
import { Filter } from '@mo-ledger/read-model-kit';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { anyProgramOf, codeStateOf, programsWithKeywords } from './code-state.js';
import { keywordPrograms } from './keyword-programs.projection.js';

/** The parameters of `GET /codes/{code}/match`. */
export class MatchParameters {
  @ApiProperty({ type: String }) @IsString({ message: 'text is needed, once' }) text!: string;
  @Filter('whom it would be posted to; left out: the organization of a dedicated code, any on a shared one')
  organization?: string;
}

export type DryRun = Pick<
  Match,
  'outcome' | 'program' | 'keyword' | 'match' | 'args' | 'reserved' | 'reason' | 'anomalies'
>;

/** What a text would mean now. Nothing is recorded. */
export class MatchText extends Query<DryRun> {
  constructor(
    readonly code: string,
    readonly parameters: MatchParameters,
    /** ISO 8601: when it would be received. */
    readonly at: string,
  ) {
    super();
  }
}

@QueryHandler(MatchText)
export class MatchTextHandler implements IQueryHandler<MatchText> {
  constructor(private readonly readModels: ReadModels) {}

  async execute({ code, parameters: { text, organization }, at }: MatchText): Promise<DryRun> {
    const { db } = await this.readModels.of(keywordPrograms);
    const row = await db.selectFrom('codes').selectAll().where('code', '=', code).executeTakeFirst();
    const postedTo = organization ?? row?.organization ?? null;
    // Those that the answer depends on.
    const programs = row
      ? [...(await programsWithKeywords(db, [code], keysIn(text))), ...(await anyProgramOf(db, code, postedTo))]
      : [];
    const found = matchProgram(row ? codeStateOf(row, programs) : null, {
      ...{ organization: postedTo, message: text, messageOrig: null, at },
    });
    const { outcome, program, keyword, match, args, reserved, reason, anomalies } = found;
    return { outcome, program, keyword, match, args, reserved, reason, anomalies };
  }
}

/** Whatever could be a keyword: matching looks for no other. */
const keysIn = (text: string): string[] => [...new Set([...words(text), parseText(text).first ?? ''])];
