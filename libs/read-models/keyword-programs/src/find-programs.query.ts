import { programWarnings, type ProgramState } from '@mo-ledger/codes';
import { Problem } from '@mo-ledger/http';
import { ReadModels, type OpenReadModel } from '@mo-ledger/projections';
import { all, Filter, isShort, Keyset, ListQuery, type Condition, type Page } from '@mo-ledger/read-model-kit';
import { sql } from '@mo-ledger/read-store';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { codeStateOf } from './code-state.js';
import { handlerResults, initialTally, type Tally } from './handler-results.projection.js';
import { keywordPrograms } from './keyword-programs.projection.js';
import type { keywordProgramsTables } from './keyword-programs.tables.js';

const STATES = ['SCHEDULED', 'ACTIVE', 'PAUSED', 'ENDED', 'RETIRED'] as const;

/** The parameters of `GET /programs`. */
export class ProgramFilters extends ListQuery {
  @Filter() organization?: string;
  @Filter() code?: string;
  @Filter() handler?: string;
  @ApiPropertyOptional({ enum: STATES, description: 'as it is now' }) @IsOptional() @IsIn(STATES) state?: ProgramState;
}

/** `at`, ISO 8601, is the time at which the programs' states are asked for: now. */
export class FindPrograms extends Query<Page<ProgramItem>> {
  constructor(
    readonly filters: ProgramFilters,
    readonly at: string,
  ) {
    super();
  }
}

export class ReadProgram extends Query<ProgramItem> {
  constructor(
    readonly code: string,
    readonly program: string,
    readonly at: string,
  ) {
    super();
  }
}

const byCode = new Keyset(
  'programs',
  [
    { column: 'p.code', kind: 'text' },
    { column: 'p.program', kind: 'text' },
  ],
  'asc',
);

@QueryHandler(FindPrograms)
export class FindProgramsHandler implements IQueryHandler<FindPrograms> {
  constructor(private readonly readModels: ReadModels) {}

  async execute({ filters, at }: FindPrograms): Promise<Page<ProgramItem>> {
    const { limit, cursor, state } = filters;
    const rows = await programRows(
      this.readModels,
      at,
      [
        isShort('p.organization', filters.organization),
        isShort('p.code', filters.code),
        isShort('p.handler', filters.handler),
        state === undefined ? null : sql<boolean>`${stateAt(at)} = ${state}::text`,
        cursor === undefined ? null : byCode.after(cursor),
      ],
      limit + 1,
    );
    const results = await resultsOf(this.readModels, rows);
    return byCode.page(rows, limit, (row) => toItem(row, results));
  }
}

@QueryHandler(ReadProgram)
export class ReadProgramHandler implements IQueryHandler<ReadProgram> {
  constructor(private readonly readModels: ReadModels) {}

  async execute({ code, program, at }: ReadProgram): Promise<ProgramItem> {
    const rows = await programRows(this.readModels, at, [isShort('p.code', code), isShort('p.program', program)], 1);
    const [row] = rows;
    if (!row) throw unknownProgram(code, program);
    return toItem(row, await resultsOf(this.readModels, rows));
  }
}

const unknownProgram = (code: string, program: string): Problem =>
  new Problem(404, `There is no program ${program} on the code ${code}.`);

/** Throws a 404 where there is no such program. */
export async function checkProgram(
  { db }: OpenReadModel<typeof keywordProgramsTables>,
  code: string,
  program: string,
): Promise<void> {
  const query = db.selectFrom('programs').select('program').where('code', '=', code).where('program', '=', program);
  if (!(await query.executeTakeFirst())) throw unknownProgram(code, program);
}

/** A program's state at an instant, as the domain's `programStateAt` has it. */
const stateAt = (at: string) => sql<ProgramState>`(case
  when p.retired then 'RETIRED'
  when p.ends_at <= ${at}::timestamptz then 'ENDED'
  when p.paused then 'PAUSED'
  when p.starts_at > ${at}::timestamptz then 'SCHEDULED'
  else 'ACTIVE' end)`;

type Row = Awaited<ReturnType<typeof programRows>>[number];

async function programRows(readModels: ReadModels, at: string, conditions: (Condition | null)[], limit: number) {
  const { db } = await readModels.of(keywordPrograms);
  return db
    .selectFrom('programs as p')
    .innerJoin('codes as c', 'c.code', 'p.code')
    .leftJoin('program_figures as f', (join) =>
      join.onRef('f.code', '=', 'p.code').onRef('f.program', '=', 'p.program'),
    )
    .selectAll('p')
    .select(stateAt(at).as('state'))
    .select(['f.messages', 'f.participants', 'f.first_message_at', 'f.last_message_at'])
    .select(['c.type', 'c.sharing', 'c.forwarding', 'c.forwards_opt_out', 'c.opt_out_words'])
    .select('c.organization as code_organization')
    .where(all(conditions))
    .orderBy(byCode.order)
    .limit(limit)
    .execute();
}

type Results = ReadonlyMap<string, Tally>;
const resultsKey = ({ code, program, handler }: Pick<Row, 'code' | 'program' | 'handler'>): string =>
  JSON.stringify([code, program, handler]);

/** Of the handlers that the programs have now, installed or not. */
async function resultsOf(readModels: ReadModels, programs: readonly Row[]): Promise<Results> {
  if (programs.length === 0) return new Map();
  const { db } = await readModels.of(handlerResults);
  const keys = (['code', 'program', 'handler'] as const).map((key) => sql`${programs.map((row) => row[key])}::text[]`);
  const rows = await db
    .selectFrom('results')
    .selectAll()
    .where(sql<boolean>`(code, program, handler) in (select * from unnest(${sql.join(keys)}))`)
    .execute();
  return new Map(rows.map((row) => [resultsKey(row), row]));
}

function toItem(row: Row, results: Results) {
  const { code, program } = row;
  const { tally, error } = results.get(resultsKey(row)) ?? initialTally(row.handler);
  return {
    id: program,
    name: row.name,
    organization: row.organization,
    code,
    handler: row.handler,
    keywords: row.keywords,
    match: row.match,
    catchAll: row.catch_all,
    settings: row.settings,
    state: row.state,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    messages: row.messages ?? 0,
    participants: row.participants ?? 0,
    firstMessageAt: row.first_message_at,
    lastMessageAt: row.last_message_at,
    results: tally.value,
    resultsError: error,
    provisionedAt: row.provisioned_at,
    changedAt: row.changed_at,
    warnings: programWarnings(codeStateOf({ ...row, organization: row.code_organization }, [row]), program),
  };
}
export type ProgramItem = ReturnType<typeof toItem>;
