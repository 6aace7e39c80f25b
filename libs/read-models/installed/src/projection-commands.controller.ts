import { Body, Controller, HttpCode, Inject, Param, Post, UseGuards } from '@nestjs/common';
import { ApiBody, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { PlainCallGuard, validBody } from '@mo-ledger/http';
import { ProjectionCommands, ProjectionRefused, type ProjectionStatus } from '@mo-ledger/projections';
import { PROJECTION_STATUSES } from '@mo-ledger/read-model-kit';
import { IsOptional, IsString } from 'class-validator';

class BuildBody {
  @ApiPropertyOptional({
    type: String,
    description: 'without it the newest that is kept, to switch to, or all that are kept, to drop',
  })
  @IsOptional()
  @IsString()
  build?: string;
}

/** What operators do to projections (API.md); nothing of it goes into the log. */
@ApiTags('projections')
@UseGuards(PlainCallGuard)
@Controller('projections/:name')
export class ProjectionCommandsController {
  constructor(
    @Inject(ProjectionCommands) private readonly commands: ProjectionCommands,
    @Inject(PROJECTION_STATUSES) private readonly statuses: () => Promise<readonly ProjectionStatus[]>,
  ) {}

  @Post('rebuild')
  @HttpCode(202)
  async rebuild(@Param('name') name: string) {
    return { build: await this.commands.rebuild(name) };
  }

  @Post('switch')
  @HttpCode(200)
  @ApiBody({ type: BuildBody, required: false })
  async switchTo(@Param('name') name: string, @Body() body: unknown) {
    const { build } = validBody(BuildBody, body ?? {});
    return { build: await this.commands.switchTo(name, build) };
  }

  @Post('drop')
  @HttpCode(200)
  @ApiBody({ type: BuildBody, required: false })
  async drop(@Param('name') name: string, @Body() body: unknown) {
    const { build } = validBody(BuildBody, body ?? {});
    return { dropped: await this.commands.drop(name, build) };
  }

  @Post('verify')
  @HttpCode(202)
  async verify(@Param('name') name: string) {
    return { verification: await this.commands.verify(name) };
  }

  /** Parks the event at which it stands still, whatever its policy is. */
  @Post('park')
  @HttpCode(202)
  async park(@Param('name') name: string) {
    const stoppedAt = (await this.#status(name))?.stoppedAt;
    if (!stoppedAt) throw new ProjectionRefused('NOT_STOPPED', `${name} does not stand still at an event.`);
    await this.commands.park(name, BigInt(stoppedAt.position));
    return { parking: stoppedAt.position };
  }

  /** Tries parked events again, and the one at which it stands still. */
  @Post('parked/replay')
  @HttpCode(202)
  async replay(@Param('name') name: string) {
    await this.commands.replay(name);
    const status = await this.#status(name);
    return { replaying: (status?.parked ?? 0) + (status?.stoppedAt ? 1 : 0) };
  }

  async #status(name: string): Promise<ProjectionStatus | undefined> {
    const status = (await this.statuses()).find((candidate) => candidate.name === name);
    if (!status) throw new ProjectionRefused('NO_SUCH_PROJECTION', `There is no projection ${name}.`);
    return status;
  }
}
