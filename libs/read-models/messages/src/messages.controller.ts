import { Controller, Get, Param, Query, UseGuards, UseInterceptors } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiQuery, ApiTags } from '@nestjs/swagger';
import { PlainCallGuard, validQuery } from '@mo-ledger/http';
import { LedgerAfterInterceptor, ReadsFrom } from '@mo-ledger/read-model-kit';
import { FindMessages, MessageFilters } from './find-messages.query.js';
import { FindQuarantined, QuarantineFilters, ReadQuarantined } from './find-quarantine.query.js';
import { FindStatuses, StatusFilters } from './find-statuses.query.js';
import { messages } from './messages.projection.js';
import { ReadMessage } from './read-message.query.js';

@ApiTags('messages')
@Controller()
@ReadsFrom(messages)
@UseInterceptors(LedgerAfterInterceptor)
export class MessagesController {
  constructor(private readonly queries: QueryBus) {}

  @Get('messages')
  @ApiQuery({ type: MessageFilters })
  list(@Query() query: object) {
    return this.queries.execute(new FindMessages(validQuery(MessageFilters, query)));
  }

  @UseGuards(PlainCallGuard)
  @Get('messages/:id')
  one(@Param('id') id: string) {
    return this.queries.execute(new ReadMessage(id));
  }

  @Get('statuses')
  @ApiQuery({ type: StatusFilters })
  statuses(@Query() query: object) {
    return this.queries.execute(new FindStatuses(validQuery(StatusFilters, query)));
  }

  @Get('quarantine')
  @ApiQuery({ type: QuarantineFilters })
  quarantine(@Query() query: object) {
    return this.queries.execute(new FindQuarantined(validQuery(QuarantineFilters, query)));
  }

  @UseGuards(PlainCallGuard)
  @Get('quarantine/:id')
  quarantined(@Param('id') id: string) {
    return this.queries.execute(new ReadQuarantined(id));
  }
}
