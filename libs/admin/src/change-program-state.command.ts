import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { codeRepository } from '@mo-ledger/codes';
import type { EventLog, LedgerKey } from '@mo-ledger/event-sourcing';
import { contextOf, type Operation } from './operation.js';

interface StateChanged {
  readonly paused: boolean;
  readonly retired: boolean;
  /** The commit position of the last change of the code or its programs. */
  readonly position: bigint;
}

/** Pause, resume or retire a program. */
export class ChangeProgramState extends Command<StateChanged> {
  constructor(
    readonly change: 'pause' | 'resume' | 'retire',
    readonly code: string,
    readonly program: string,
    readonly operation: Operation,
  ) {
    super();
  }
}

/** Throws CodeRefusal. */
@CommandHandler(ChangeProgramState)
export class ChangeProgramStateHandler implements ICommandHandler<ChangeProgramState> {
  readonly #codes;

  constructor(
    log: EventLog,
    private readonly ledgerKey: LedgerKey,
  ) {
    this.#codes = codeRepository(log);
  }

  async execute({ change, code, program, operation }: ChangeProgramState): Promise<StateChanged> {
    const { aggregate, position } = await this.#codes.execute(
      code,
      (aggregate) => aggregate[change](code, program, operation.at),
      contextOf(this.ledgerKey, operation),
    );
    const { paused = false, retired = false } = aggregate.state.programs.get(program) ?? {};
    return { paused, retired, position: position ?? 0n };
  }
}
