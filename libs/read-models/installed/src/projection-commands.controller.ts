import { Controller, HttpCode, Inject, Param, Post, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { PlainCallGuard, Problem } from '@mo-ledger/http';
import { ProjectionRunner } from '@mo-ledger/projections';

/** What operators do to projections (API.md); nothing of it goes into the log. */
@ApiTags('projections')
@UseGuards(PlainCallGuard)
@Controller('projections')
export class ProjectionCommandsController {
  constructor(@Inject(ProjectionRunner) private readonly projector: ProjectionRunner) {}

  @Post(':name/rebuild')
  @HttpCode(202)
  async rebuild(@Param('name') name: string) {
    const build = await this.projector.rebuild(name);
    if (!build) throw new Problem(404, `There is no projection ${name}.`);
    return { build };
  }
}
