import { Controller, Get, Param, Query, UseInterceptors } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { validQuery } from '@mo-ledger/http';
import { LedgerAfterInterceptor, ListQuery, ReadsFrom } from '@mo-ledger/read-model-kit';
import { FindCodes, ReadCode } from './find-codes.query.js';
import { FindOrganizations, ReadOrganization } from './find-organizations.query.js';
import { keywordPrograms } from './keyword-programs.projection.js';
import { MatchParameters, MatchText } from './match-text.query.js';
import { refuseParameters } from './no-parameters.js';

/** `/organizations` and `/codes` (API.md). */
@ApiTags('provisioned')
@Controller()
@ReadsFrom(keywordPrograms)
@UseInterceptors(LedgerAfterInterceptor)
export class ProvisionedController {
  constructor(private readonly queries: QueryBus) {}

  @Get('organizations')
  @ApiQuery({ type: ListQuery })
  organizations(@Query() query: object) {
    return this.queries.execute(new FindOrganizations(validQuery(ListQuery, query)));
  }

  @Get('organizations/:organization')
  organization(@Param('organization') organization: string, @Query() query: object) {
    refuseParameters(query);
    return this.queries.execute(new ReadOrganization(organization));
  }

  @Get('codes')
  @ApiQuery({ type: ListQuery })
  codes(@Query() query: object) {
    return this.queries.execute(new FindCodes(validQuery(ListQuery, query)));
  }

  @Get('codes/:code')
  code(@Param('code') code: string, @Query() query: object) {
    refuseParameters(query);
    return this.queries.execute(new ReadCode(code));
  }

  @Get('codes/:code/match')
  @ApiQuery({ type: MatchParameters })
  @ApiOperation({ description: 'A dry run: what a text would mean now.' })
  match(@Param('code') code: string, @Query() query: object) {
    const parameters = validQuery(MatchParameters, query);
    return this.queries.execute(new MatchText(code, parameters, new Date().toISOString()));
  }
}
