import { codeRepository, type Code } from '@mo-ledger/codes';
import type { EventLog, Executed, LedgerKey } from '@mo-ledger/event-sourcing';
import { contextOf, type Operation } from './operation.js';

/**
 * The codes as commands change them. One for all commands: it remembers codes, so that a command reads only what is new of a code with
 * ten thousand programs. Commands on one code take turns, or a hundred at once would race each other a hundred times; another
 * process's are still met by the expected revision.
 */
export class Codes {
  readonly #repository;
  /** The last turn of each code that somebody is at work on. It never rejects. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(
    log: EventLog,
    private readonly ledgerKey: LedgerKey,
  ) {
    this.#repository = codeRepository(log);
  }

  /** Decides and appends; throws what `decide` throws. It is called again after a lost race, so it must be pure. */
  async change(code: string, operation: Operation, decide: (code: Code) => void): Promise<Executed<Code>> {
    const before = this.#turns.get(code) ?? Promise.resolve();
    const mine = before.then(() => this.#repository.execute(code, decide, contextOf(this.ledgerKey, operation)));
    const turn = mine.catch(() => undefined);
    this.#turns.set(code, turn);
    try {
      return await mine;
    } finally {
      if (this.#turns.get(code) === turn) this.#turns.delete(code);
    }
  }
}
