import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { FindChangesHandler } from './find-changes.query.js';
import { FindMessagesHandler } from './find-messages.query.js';
import { FindQuarantinedHandler, ReadQuarantinedHandler } from './find-quarantine.query.js';
import { FindStatusesHandler } from './find-statuses.query.js';
import { LiveController } from './live.controller.js';
import { MessagesController } from './messages.controller.js';
import { ReadMessageHandler } from './read-message.query.js';

/** `/messages`, `/live`, `/statuses`, `/quarantine`; it needs `ReadSideModule`. */
@Module({
  imports: [CqrsModule],
  controllers: [MessagesController, LiveController],
  providers: [
    FindChangesHandler,
    FindMessagesHandler,
    ReadMessageHandler,
    FindStatusesHandler,
    FindQuarantinedHandler,
    ReadQuarantinedHandler,
  ],
})
export class MessagesReadModelModule {}
