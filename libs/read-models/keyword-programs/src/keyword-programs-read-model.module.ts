import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { FindActivityHandler } from './find-activity.query.js';
import { FindCodesHandler, ReadCodeHandler } from './find-codes.query.js';
import { FindOrganizationsHandler, ReadOrganizationHandler } from './find-organizations.query.js';
import { FindParticipantsHandler } from './find-participants.query.js';
import { FindProgramsHandler, ReadProgramHandler } from './find-programs.query.js';
import { HandlersController } from './handlers.controller.js';
import { MatchTextHandler } from './match-text.query.js';
import { ProgramsController } from './programs.controller.js';
import { ProvisionedController } from './provisioned.controller.js';

/** `/organizations`, `/codes`, `/handlers`, `/programs` and what is below a program; it needs `ReadSideModule`. */
@Module({
  imports: [CqrsModule],
  controllers: [ProvisionedController, ProgramsController, HandlersController],
  providers: [
    FindOrganizationsHandler,
    ReadOrganizationHandler,
    FindCodesHandler,
    ReadCodeHandler,
    MatchTextHandler,
    FindProgramsHandler,
    ReadProgramHandler,
    FindParticipantsHandler,
    FindActivityHandler,
  ],
})
export class KeywordProgramsReadModelModule {}
