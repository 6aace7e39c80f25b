import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { codeWarnings, type CodeSettings } from '@mo-ledger/codes';
import type { EventLog } from '@mo-ledger/event-sourcing';
import type { Codes } from './codes.js';
import { refuseUnknownOrganization } from './known-organization.js';
import type { Operation } from './operation.js';

export interface Provisioned {
  readonly created: boolean;
  /** The commit position of the last change of the code or its programs. */
  readonly position: bigint;
  /** What an operator should know, one sentence each. */
  readonly warnings: readonly string[];
}

/** Create a code, or replace its settings. */
export class ProvisionCode extends Command<Provisioned> {
  constructor(
    readonly code: string,
    readonly settings: CodeSettings,
    readonly operation: Operation,
  ) {
    super();
  }
}

/** Throws CodeRefusal, and CommandRefused where its organization is unknown. */
@CommandHandler(ProvisionCode)
export class ProvisionCodeHandler implements ICommandHandler<ProvisionCode> {
  constructor(
    private readonly log: EventLog,
    private readonly codes: Codes,
  ) {}

  async execute({ code, settings, operation }: ProvisionCode): Promise<Provisioned> {
    if (settings.organization !== null) await refuseUnknownOrganization(this.log, settings.organization);
    const { aggregate, events, position } = await this.codes.change(code, operation, (aggregate) =>
      aggregate.provision(code, settings, operation.at),
    );
    return {
      created: events[0]?.type === 'CodeProvisioned',
      position: position ?? 0n,
      warnings: codeWarnings(aggregate.state),
    };
  }
}
