import { ReadModels, type RowOf } from '@mo-ledger/projections';
import { all, isShort, Keyset, ListQuery, type Page } from '@mo-ledger/read-model-kit';
import { sql } from '@mo-ledger/read-store';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { checkProgram } from './find-programs.query.js';
import { keywordPrograms } from './keyword-programs.projection.js';
import type { keywordProgramsTables } from './keyword-programs.tables.js';

const STATES = ['JOINED', 'LEFT'] as const;

/** The parameters of `GET /codes/{code}/programs/{program}/participants`. */
export class ParticipantFilters extends ListQuery {
  @ApiPropertyOptional({ enum: STATES }) @IsOptional() @IsIn(STATES) state?: string;
}

export class FindParticipants extends Query<Page<Participant>> {
  constructor(
    readonly code: string,
    readonly program: string,
    readonly filters: ParticipantFilters,
  ) {
    super();
  }
}

/** In the order in which they joined for the first time, so that nobody moves between two pages. */
const firstJoined = new Keyset('participants', [{ column: 'position', kind: 'position' }], 'asc');

@QueryHandler(FindParticipants)
export class FindParticipantsHandler implements IQueryHandler<FindParticipants> {
  constructor(private readonly readModels: ReadModels) {}

  async execute({ code, program, filters: { limit, cursor, state } }: FindParticipants): Promise<Page<Participant>> {
    const readModel = await this.readModels.of(keywordPrograms);
    await checkProgram(readModel, code, program);
    const conditions = [
      isShort('code', code),
      isShort('program', program),
      isShort('state', state),
      sql<boolean>`position is not null`,
      cursor === undefined ? null : firstJoined.after(cursor),
    ];
    const rows = await readModel.db
      .selectFrom('participants')
      .selectAll()
      .where(all(conditions))
      .orderBy(firstJoined.order)
      .limit(limit + 1)
      .execute();
    return firstJoined.page(rows, limit, toItem);
  }
}

const toItem = (row: RowOf<typeof keywordProgramsTables.participants>) => ({
  deviceAddress: row.device_address,
  deviceE164: row.device_e164,
  state: row.state,
  joinedAt: row.joined_at,
  leftAt: row.left_at,
  carrier: row.carrier,
  lastMessageAt: row.last_message_at,
});
export type Participant = ReturnType<typeof toItem>;
