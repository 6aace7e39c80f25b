import { Readable } from 'node:stream';
import { Controller, Get, Query, StreamableFile, UseInterceptors } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiProduces, ApiQuery, ApiTags } from '@nestjs/swagger';
import { validQuery } from '@mo-ledger/http';
import { LedgerAfterInterceptor, ReadsFrom } from '@mo-ledger/read-model-kit';
import { auditTrail } from './audit-trail.projection.js';
import { ExportAttempts, ExportFilters } from './export-attempts.query.js';
import { AttemptListQuery, FindAttempts } from './find-attempts.query.js';
import { FindRefusals, RefusalFilters } from './find-refusals.query.js';
import { SummarizeAttempts, SummaryQuery } from './summarize-attempts.query.js';

@ApiTags('audit')
@Controller('audit')
@ReadsFrom(auditTrail)
@UseInterceptors(LedgerAfterInterceptor)
export class AuditController {
  constructor(private readonly queries: QueryBus) {}

  @Get('attempts')
  @ApiQuery({ type: AttemptListQuery })
  attempts(@Query() query: object) {
    return this.queries.execute(new FindAttempts(validQuery(AttemptListQuery, query)));
  }

  @Get('summary')
  @ApiQuery({ type: SummaryQuery })
  summary(@Query() query: object) {
    return this.queries.execute(new SummarizeAttempts(validQuery(SummaryQuery, query)));
  }

  @Get('refusals')
  @ApiQuery({ type: RefusalFilters })
  refusals(@Query() query: object) {
    return this.queries.execute(new FindRefusals(validQuery(RefusalFilters, query)));
  }

  @Get('export')
  @ApiOperation({ description: 'The same attempts, oldest first, streamed.' })
  @ApiProduces('application/x-ndjson', 'text/csv', 'text/plain')
  @ApiQuery({ type: ExportFilters })
  async export(@Query() query: object) {
    const filters = validQuery(ExportFilters, query);
    const { contentType, text } = await this.queries.execute(new ExportAttempts(filters));
    // As bytes, so that what waits for a slow reader is counted in bytes: at most one page of it.
    return new StreamableFile(Readable.from(text, { objectMode: false }), { type: contentType });
  }
}
