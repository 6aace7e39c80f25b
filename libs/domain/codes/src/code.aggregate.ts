import { Aggregate, Repository, type EventLog } from '@mo-ledger/event-sourcing';
import { keywordKey } from '@mo-ledger/matching';
import {
  CodeChanged,
  CodeProvisioned,
  ProgramChanged,
  ProgramPaused,
  ProgramProvisioned,
  ProgramResumed,
  ProgramRetired,
  type CodeEvent,
  type CodeSettings,
  type ProgramSettings,
} from './code.events.js';
import { CodeRefusal, type FieldProblem } from './code.refusal.js';
import { codeProblems, programProblems } from './code.rules.js';
import { evolveCode, initialCode, type CodeState, type Program } from './code.state.js';

/**
 * A code with its programs: what is provisioned, and what may be (GATEWAY.md, Codes, keywords, programs; API.md, Admin API).
 * A command that changes nothing is quiet; one that is not allowed throws a CodeRefusal. `at` is when it was given, ISO 8601 UTC.
 */
export class Code extends Aggregate<CodeState, CodeEvent> {
  constructor() {
    super(initialCode, evolveCode);
  }

  /** Creates the code or replaces its settings. */
  provision(code: string, wanted: CodeSettings, at: string): void {
    const settings = { ...wanted, optOutWords: [...new Set(wanted.optOutWords)] };
    const current = this.state.settings;
    const problems = codeProblems(code, settings);
    if (problems.length) throw new CodeRefusal('INVALID', 'CODE_INVALID', sentence(problems), problems);
    if (!current) return this.record(new CodeProvisioned({ code, ...settings, at }));
    this.#refuseOtherCode(code, current, settings);
    if (!same(current, settings)) this.record(new CodeChanged({ code, ...settings, at }));
  }

  #refuseOtherCode(code: string, current: CodeSettings, settings: CodeSettings): void {
    const changed = (['type', 'sharing'] as const).filter((field) => current[field] !== settings[field]);
    const errors = changed.map((field) =>
      unchangeable(field, `the code's ${field} is ${current[field]}, which cannot change`),
    );
    if (current.organization !== settings.organization && this.state.programsOf.some((count) => count > 0))
      errors.push(unchangeable('organization', `the code has programs of ${current.organization}; retire them first`));
    if (errors.length)
      throw new CodeRefusal('CONFLICT', 'CODE_UNCHANGEABLE', `Code ${code}: ${sentence(errors)}`, errors);
  }

  /** Creates a program or replaces its settings; whether it is paused stays. Whether handler and organization exist is the caller's to know. */
  provisionProgram(code: string, id: string, wanted: ProgramSettings, at: string): void {
    const { settings: ofCode } = this.state;
    if (!ofCode) throw new CodeRefusal('NOT_FOUND', 'CODE_UNKNOWN', `There is no code ${code}.`);
    const current = this.state.programs.get(id);
    this.#refuseOtherProgram(id, current, wanted);
    const problems = programProblems(this.state, ofCode, wanted);
    if (problems.length) throw new CodeRefusal('INVALID', 'PROGRAM_INVALID', sentence(problems), problems);
    this.#refuseTaken(id, wanted);

    const settings = tidy(wanted);
    if (!current) return this.record(new ProgramProvisioned({ code, program: id, ...settings, at }));
    const { id: _, paused: __, retired: ___, ...before } = current;
    if (!same(before, settings)) this.record(new ProgramChanged({ code, program: id, ...settings, at }));
  }

  #refuseOtherProgram(id: string, current: Program | undefined, wanted: ProgramSettings): void {
    if (current?.retired)
      throw new CodeRefusal('CONFLICT', 'PROGRAM_RETIRED', `Program ${id} is retired, for good; use another name.`);
    if (!current || current.organization === wanted.organization) return;
    const error = unchangeable('organization', `program ${id} belongs to ${current.organization}, which cannot change`);
    throw new CodeRefusal('CONFLICT', 'PROGRAM_UNCHANGEABLE', sentence([error]), [error]);
  }

  #refuseTaken(id: string, { keywords, catchAll }: ProgramSettings): void {
    const taken = keywords.flatMap((keyword) => {
      const owner = this.state.keywords.get(keywordKey(keyword) ?? '')?.program;
      const organization = owner !== undefined && this.state.programs.get(owner)?.organization;
      if (owner === undefined || owner === id) return [];
      return [{ field: 'keywords', message: `keyword ${keyword} is taken by program ${owner} of ${organization}` }];
    });
    if (taken.length) throw new CodeRefusal('CONFLICT', 'KEYWORD_TAKEN', sentence(taken), taken);
    const other = this.state.catchAll;
    if (!catchAll || other === null || other === id) return;
    const error = { field: 'catchAll', message: `program ${other} is the code's catch-all already` };
    throw new CodeRefusal('CONFLICT', 'CATCH_ALL_TAKEN', sentence([error]), [error]);
  }

  pause(code: string, id: string, at: string): void {
    if (!this.#program(code, id, true).paused) this.record(new ProgramPaused({ code, program: id, at }));
  }

  resume(code: string, id: string, at: string): void {
    if (this.#program(code, id, true).paused) this.record(new ProgramResumed({ code, program: id, at }));
  }

  /** For good: its keywords are free, its members and its history stay. */
  retire(code: string, id: string, at: string): void {
    if (!this.#program(code, id, false).retired) this.record(new ProgramRetired({ code, program: id, at }));
  }

  #program(code: string, id: string, living: boolean): Program {
    if (!this.state.settings) throw new CodeRefusal('NOT_FOUND', 'CODE_UNKNOWN', `There is no code ${code}.`);
    const program = this.state.programs.get(id);
    if (!program) throw new CodeRefusal('NOT_FOUND', 'PROGRAM_UNKNOWN', `Code ${code} has no program ${id}.`);
    if (living && program.retired)
      throw new CodeRefusal('CONFLICT', 'PROGRAM_RETIRED', `Program ${id} is retired, for good.`);
    return program;
  }
}

/** Codes that are kept in memory between commands. */
const REMEMBERED = 100;

/** Codes by their digits: the stream `code-<digits>`. Each command on a code with ten thousand programs reads only what is new. */
export const codeRepository = (log: EventLog): Repository<CodeState, CodeEvent, Code> =>
  new Repository(log, 'code', () => new Code(), REMEMBERED);

/** Keywords once each, times as the log writes them. */
function tidy(wanted: ProgramSettings): ProgramSettings {
  const keys = new Set<string>();
  const keywords = wanted.keywords.filter((keyword) => {
    const key = keywordKey(keyword) ?? keyword;
    return !keys.has(key) && keys.add(key);
  });
  return { ...wanted, keywords, startsAt: utc(wanted.startsAt), endsAt: utc(wanted.endsAt) };
}

const utc = (time: string | null): string | null => (time === null ? null : new Date(time).toISOString());

const unchangeable = (field: string, message: string): FieldProblem => ({ field, message });

const sentence = (problems: readonly { message: string }[]): string =>
  problems.map(({ message }) => message).join('; ');

// Whatever the order of their fields; lists in order.
const same = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
