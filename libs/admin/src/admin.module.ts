import { Module, type DynamicModule, type FactoryProvider, type Type } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { EventLog, LedgerKey } from '@mo-ledger/event-sourcing';
import type { HandlerRegistry } from '@mo-ledger/keyword-handlers';
import { ProvisionOrganizationHandler } from '@mo-ledger/organizations';
import { AFTER_COMMAND, Answers, type AfterCommand } from './answers.js';
import { ChangeProgramStateHandler } from './change-program-state.command.js';
import { CodesController } from './codes.controller.js';
import { RECORDED_BY } from './operation.js';
import { OrganizationsController } from './organizations.controller.js';
import { ProvisionCodeHandler } from './provision-code.command.js';
import { ProvisionProgramHandler } from './provision-program.command.js';

export interface AdminDependencies {
  readonly log: EventLog;
  readonly ledgerKey: LedgerKey;
  readonly handlers: HandlerRegistry;
  /** Awaited before a command is answered; without it a command is answered once it is durable. */
  readonly afterCommand?: AfterCommand;
}

/** The calls of API.md, Admin API, as commands; `adminProblems` says how refusals are answered. */
@Module({})
export class AdminModule {
  static register({ log, ledgerKey, handlers, afterCommand }: AdminDependencies): DynamicModule {
    return {
      module: AdminModule,
      imports: [CqrsModule.forRoot()],
      controllers: [OrganizationsController, CodesController],
      providers: [
        Answers,
        { provide: AFTER_COMMAND, useValue: afterCommand },
        handler(ProvisionOrganizationHandler, () => new ProvisionOrganizationHandler(log, ledgerKey, RECORDED_BY)),
        handler(ProvisionCodeHandler, () => new ProvisionCodeHandler(log, ledgerKey)),
        handler(ProvisionProgramHandler, () => new ProvisionProgramHandler(log, ledgerKey, handlers)),
        handler(ChangeProgramStateHandler, () => new ChangeProgramStateHandler(log, ledgerKey)),
      ],
    };
  }
}

const handler = <T>(type: Type<T> | (new (...args: never[]) => T), make: () => T): FactoryProvider => ({
  provide: type,
  useFactory: make,
  inject: [],
});
