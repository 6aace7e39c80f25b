import { auditTrail, AuditTrailReadModelModule } from '@mo-ledger/audit-trail';
import { consent, ConsentReadModelModule } from '@mo-ledger/consent';
import { handlerResults, keywordPrograms, KeywordProgramsReadModelModule } from '@mo-ledger/keyword-programs';
import { messages, MessagesReadModelModule } from '@mo-ledger/messages-read-model';
import type { Projection } from '@mo-ledger/projections';
import type { Type } from '@nestjs/common';

/** The projections that run, one line each. */
export const projections: readonly Projection[] = [messages, auditTrail, consent, keywordPrograms, handlerResults];

/** The modules that answer from them, one line each. */
export const queryModules: readonly Type[] = [
  MessagesReadModelModule,
  AuditTrailReadModelModule,
  ConsentReadModelModule,
  KeywordProgramsReadModelModule,
];

/** The projection that knows of each message whether it is routed: `Ledger-After` asks it. */
export const mainProjection: Projection = messages;
