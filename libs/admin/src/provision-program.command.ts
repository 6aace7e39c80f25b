import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { programWarnings, type Code, type ProgramSettings } from '@mo-ledger/codes';
import type { EventLog } from '@mo-ledger/event-sourcing';
import type { HandlerRegistry } from '@mo-ledger/keyword-handlers';
import type { Codes } from './codes.js';
import { refuseUnknownOrganization } from './known-organization.js';
import type { Operation } from './operation.js';
import type { Provisioned } from './provision-code.command.js';
import { CommandRefused } from './refusals.js';

// The store refuses an append of more than 1 MiB, and every message's handling has them at hand.
const MOST_SETTINGS_CHARACTERS = 128 * 1024;

/** Create a program on a code, or replace its settings. */
export class ProvisionProgram extends Command<Provisioned> {
  constructor(
    readonly code: string,
    readonly program: string,
    readonly wanted: Omit<ProgramSettings, 'settings'>,
    /** As the keyword handler wants them; undefined counts as none. */
    readonly settings: unknown,
    readonly operation: Operation,
  ) {
    super();
  }
}

/** Throws CodeRefusal, and CommandRefused where organization, handler or the handler's settings are not as they must be. */
@CommandHandler(ProvisionProgram)
export class ProvisionProgramHandler implements ICommandHandler<ProvisionProgram> {
  constructor(
    private readonly log: EventLog,
    private readonly codes: Codes,
    private readonly handlers: HandlerRegistry,
  ) {}

  async execute({ code, program, wanted, settings, operation }: ProvisionProgram): Promise<Provisioned> {
    await refuseUnknownOrganization(this.log, wanted.organization);
    const { aggregate, events, position } = await this.codes.change(code, operation, (aggregate) =>
      this.#provision(aggregate, code, program, wanted, settings, operation.at),
    );
    return {
      created: events[0]?.type === 'ProgramProvisioned',
      position: position ?? 0n,
      warnings: programWarnings(aggregate.state, program),
    };
  }

  #provision(
    aggregate: Code,
    code: string,
    program: string,
    wanted: Omit<ProgramSettings, 'settings'>,
    raw: unknown,
    at: string,
  ): void {
    // Where the code is unknown that is what the caller must hear first.
    const settings = aggregate.state.settings ? this.#parse(wanted.handler, raw) : {};
    aggregate.provisionProgram(code, program, { ...wanted, settings }, at);
  }

  #parse(name: string, raw: unknown): ProgramSettings['settings'] {
    const handler = this.handlers.get(name);
    if (!handler) {
      const message = `there is no handler ${name}; installed are ${this.handlers.all.map((h) => h.name).join(', ')}`;
      throw new CommandRefused('HANDLER_UNKNOWN', message, [{ field: 'handler', message }]);
    }
    const parsed = handler.parseSettings(raw ?? undefined);
    if ('errors' in parsed) {
      const sentence = parsed.errors.map(({ message }) => message).join('; ');
      throw new CommandRefused('SETTINGS_INVALID', sentence, parsed.errors);
    }
    if (JSON.stringify(parsed.value).length > MOST_SETTINGS_CHARACTERS) {
      const message = `settings must be shorter than or equal to ${MOST_SETTINGS_CHARACTERS} characters of JSON`;
      throw new CommandRefused('SETTINGS_INVALID', message, [{ field: 'settings', message }]);
    }
    return parsed.value;
  }
}
