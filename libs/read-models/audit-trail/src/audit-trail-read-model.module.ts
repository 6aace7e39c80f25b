import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { AuditController } from './audit.controller.js';
import { ExportAttemptsHandler } from './export-attempts.query.js';
import { FindAttemptsHandler } from './find-attempts.query.js';
import { FindRefusalsHandler } from './find-refusals.query.js';
import { SummarizeAttemptsHandler } from './summarize-attempts.query.js';

/** `/audit/…`; it needs `ReadSideModule`. */
@Module({
  imports: [CqrsModule],
  controllers: [AuditController],
  providers: [FindAttemptsHandler, FindRefusalsHandler, SummarizeAttemptsHandler, ExportAttemptsHandler],
})
export class AuditTrailReadModelModule {}
