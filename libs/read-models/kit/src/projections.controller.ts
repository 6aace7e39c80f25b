import { Controller, Get, Inject, Param, Query, UseGuards } from '@nestjs/common';
import { ApiPropertyOptional, ApiQuery, ApiTags } from '@nestjs/swagger';
import { PlainCallGuard, Problem, validQuery } from '@mo-ledger/http';
import { ProjectionCommands, type ParkedEvent, type ProjectionStatus } from '@mo-ledger/projections';
import { IsOptional, Matches } from 'class-validator';
import { PageSize } from './list-query.js';
import { PROJECTION_STATUSES } from './tokens.js';

/** Parked events are listed in the log's order: a page goes on after a position. */
class ParkedQuery {
  @PageSize()
  limit = 50;

  @ApiPropertyOptional({ type: String, description: 'where the page before ended: its `next`' })
  @IsOptional()
  @Matches(/^\d{1,18}$/, { message: 'cursor is not a cursor of this list' })
  cursor?: string;
}

/** How the projections are (API.md); the commands to them are the projector's. */
@ApiTags('projections')
@Controller('projections')
export class ProjectionsController {
  constructor(
    @Inject(PROJECTION_STATUSES) private readonly statuses: () => Promise<readonly ProjectionStatus[]>,
    @Inject(ProjectionCommands) private readonly commands: ProjectionCommands,
  ) {}

  @Get()
  @UseGuards(PlainCallGuard)
  async list() {
    return { items: await this.statuses(), next: null };
  }

  @Get(':name')
  @UseGuards(PlainCallGuard)
  one(@Param('name') name: string) {
    return this.#status(name);
  }

  /** The events that it could not handle, and those that must not overtake them. The one at which it stands still comes first. */
  @Get(':name/parked')
  @ApiQuery({ type: ParkedQuery })
  async parked(@Param('name') name: string, @Query() query: object) {
    const { limit, cursor } = validQuery(ParkedQuery, query);
    const { stoppedAt } = await this.#status(name);
    const rows = await this.commands.parked(name, { after: BigInt(cursor ?? -1), limit: limit + 1 });
    const items = rows.slice(0, limit).map(toItem);
    const stopped =
      stoppedAt && cursor === undefined ? [{ ...stoppedAt, behind: false, parkedAt: null, tries: 1 }] : [];
    return { items: [...stopped, ...items], next: rows.length > limit ? (items.at(-1)?.position ?? null) : null };
  }

  @Get(':name/verify')
  @UseGuards(PlainCallGuard)
  verification(@Param('name') name: string) {
    return this.commands.verification(name);
  }

  async #status(name: string): Promise<ProjectionStatus> {
    const status = (await this.statuses()).find((candidate) => candidate.name === name);
    if (!status) throw new Problem(404, `There is no projection ${name}.`);
    return status;
  }
}

const toItem = ({ position, eventId, type, error, behind, parkedAt, tries }: ParkedEvent) => ({
  ...{ position: String(position), eventId, type, error, behind, parkedAt, tries },
});
