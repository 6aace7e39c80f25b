import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Codes } from './codes.js';
import type { Operation } from './operation.js';

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
  constructor(private readonly codes: Codes) {}

  async execute({ change, code, program, operation }: ChangeProgramState): Promise<StateChanged> {
    const { aggregate, position } = await this.codes.change(code, operation, (aggregate) =>
      aggregate[change](code, program, operation.at),
    );
    const { paused = false, retired = false } = aggregate.state.programs.get(program) ?? {};
    return { paused, retired, position: position ?? 0n };
  }
}
