import { Module, type DynamicModule, type FactoryProvider, type Type } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { EventLog, LedgerKey } from '@mo-ledger/event-sourcing';
import type { HandlerRegistry } from '@mo-ledger/keyword-handlers';
import {
  MessageOperations,
  PostRecorder,
  ReprocessQuarantinedPostHandler,
  RerouteMessageHandler,
  type Gateway,
} from '@mo-ledger/messages';
import { ProvisionOrganizationHandler } from '@mo-ledger/organizations';
import { ResolveReviewHandler, subscriberRepository, type Reviews } from '@mo-ledger/subscribers';
import { AFTER_ORGANIZATION_CHANGE, Answers, type AfterOrganizationChange } from './answers.js';
import { ChangeProgramStateHandler } from './change-program-state.command.js';
import { Codes } from './codes.js';
import { CodesController } from './codes.controller.js';
import { rerouteCheck } from './may-reroute.js';
import { MessagesController } from './messages.controller.js';
import { RECORDED_BY } from './operation.js';
import { OrganizationsController } from './organizations.controller.js';
import { ProvisionCodeHandler } from './provision-code.command.js';
import { ProvisionProgramHandler } from './provision-program.command.js';
import { ReviewsController } from './reviews.controller.js';

export interface AdminDependencies {
  readonly log: EventLog;
  readonly ledgerKey: LedgerKey;
  readonly handlers: HandlerRegistry;
  /** Those whose posts may be in quarantine. */
  readonly gateways: readonly Gateway[];
  /** The gateway's schedule, in minutes. */
  readonly retryMinutes?: readonly number[];
  /** Awaited before a change of an organization is answered; without it that is answered once it is durable. */
  readonly afterOrganizationChange?: AfterOrganizationChange;
}

/** The calls of API.md, Admin API, as commands; `adminProblems` says how refusals are answered. */
@Module({})
export class AdminModule {
  static register(dependencies: AdminDependencies): DynamicModule {
    const { log, ledgerKey, handlers, afterOrganizationChange } = dependencies;
    const codes = new Codes(log, ledgerKey);
    const operations = messageOperations(dependencies);
    const reviews: Reviews = { subscribers: subscriberRepository(log, handlers), key: ledgerKey };
    return {
      module: AdminModule,
      imports: [CqrsModule],
      controllers: [OrganizationsController, CodesController, MessagesController, ReviewsController],
      providers: [
        Answers,
        { provide: AFTER_ORGANIZATION_CHANGE, useValue: afterOrganizationChange },
        handler(ProvisionOrganizationHandler, () => new ProvisionOrganizationHandler(log, ledgerKey, RECORDED_BY)),
        handler(ProvisionCodeHandler, () => new ProvisionCodeHandler(log, codes)),
        handler(ProvisionProgramHandler, () => new ProvisionProgramHandler(log, codes, handlers)),
        handler(ChangeProgramStateHandler, () => new ChangeProgramStateHandler(codes)),
        handler(RerouteMessageHandler, () => new RerouteMessageHandler(operations)),
        handler(ReprocessQuarantinedPostHandler, () => new ReprocessQuarantinedPostHandler(operations)),
        handler(ResolveReviewHandler, () => new ResolveReviewHandler(reviews)),
      ],
    };
  }
}

function messageOperations({ log, ledgerKey, gateways, retryMinutes }: AdminDependencies): MessageOperations {
  const recorder = new PostRecorder(log, ledgerKey, {
    recordedBy: RECORDED_BY,
    ...(retryMinutes ? { retryMinutes } : {}),
    clock: () => performance.now(),
  });
  return new MessageOperations(log, ledgerKey, recorder, gateways, RECORDED_BY, rerouteCheck(log, ledgerKey));
}

const handler = <T>(type: Type<T> | (new (...args: never[]) => T), make: () => T): FactoryProvider => ({
  provide: type,
  useFactory: make,
  inject: [],
});
