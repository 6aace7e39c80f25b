import { Controller, Get, Param, Query, UseInterceptors } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiQuery, ApiTags } from '@nestjs/swagger';
import { validQuery } from '@mo-ledger/http';
import { LedgerAfterInterceptor, ReadsFrom } from '@mo-ledger/read-model-kit';
import { ActivityFilters, FindActivity } from './find-activity.query.js';
import { FindParticipants, ParticipantFilters } from './find-participants.query.js';
import { FindPrograms, ProgramFilters, ReadProgram } from './find-programs.query.js';
import { handlerResults } from './handler-results.projection.js';
import { keywordPrograms } from './keyword-programs.projection.js';
import { refuseParameters } from './no-parameters.js';

/** `/programs` and what is below a program (API.md). */
@ApiTags('programs')
@Controller()
@ReadsFrom(keywordPrograms, handlerResults)
@UseInterceptors(LedgerAfterInterceptor)
export class ProgramsController {
  constructor(private readonly queries: QueryBus) {}

  @Get('programs')
  @ApiQuery({ type: ProgramFilters })
  list(@Query() query: object) {
    return this.queries.execute(new FindPrograms(validQuery(ProgramFilters, query), new Date().toISOString()));
  }

  @Get('codes/:code/programs/:program')
  one(@Param('code') code: string, @Param('program') program: string, @Query() query: object) {
    refuseParameters(query);
    return this.queries.execute(new ReadProgram(code, program, new Date().toISOString()));
  }

  @Get('codes/:code/programs/:program/participants')
  @ApiQuery({ type: ParticipantFilters })
  participants(@Param('code') code: string, @Param('program') program: string, @Query() query: object) {
    return this.queries.execute(new FindParticipants(code, program, validQuery(ParticipantFilters, query)));
  }

  @Get('codes/:code/programs/:program/activity')
  @ApiQuery({ type: ActivityFilters })
  activity(@Param('code') code: string, @Param('program') program: string, @Query() query: object) {
    return this.queries.execute(new FindActivity(code, program, validQuery(ActivityFilters, query)));
  }
}
