import { keywordKey, OptOutWords } from '@mo-ledger/matching';
import { Map } from 'immutable';
import type { CodeEvent, CodeSettings, ProgramSettings } from './code.events.js';

/** A program as it is provisioned; whether it is active is a matter of time: `programStateAt`. */
export interface Program extends ProgramSettings {
  readonly id: string;
  readonly paused: boolean;
  readonly retired: boolean;
}

/**
 * A code with its programs. Each state is immutable and shares what has not changed with the one before, so a change costs the
 * same with ten programs as with ten thousand, and so does finding a program.
 */
export interface CodeState {
  /** Null where nobody provisioned the code. */
  readonly settings: CodeSettings | null;
  /** By id, retired ones included. */
  readonly programs: Map<string, Program>;
  /** The program (its id) that has a keyword, by the keyword's normalised form, and the keyword as the operator wrote it. */
  readonly keywords: Map<string, { readonly program: string; readonly written: string }>;
  readonly catchAll: string | null;
  /** How many programs an organization has here that are not retired. */
  readonly programsOf: Map<string, number>;
  readonly optOutWords: OptOutWords;
}

export const initialCode: CodeState = {
  settings: null,
  programs: Map(),
  keywords: Map(),
  catchAll: null,
  programsOf: Map(),
  optOutWords: OptOutWords.none,
};

/** A pure fold; the same event twice in a row changes nothing the second time. */
export function evolveCode(state: CodeState, event: CodeEvent): CodeState {
  switch (event.type) {
    case 'CodeProvisioned':
    case 'CodeChanged': {
      const { code: _, at: __, ...settings } = event.data;
      return { ...state, settings, optOutWords: new OptOutWords(settings.optOutWords) };
    }
    case 'ProgramProvisioned':
    case 'ProgramChanged': {
      const { code: _, at: __, program: id, ...settings } = event.data;
      const { paused, retired } = state.programs.get(id) ?? { paused: false, retired: false };
      return withProgram(state, { ...settings, id, paused, retired });
    }
    case 'ProgramPaused':
      return changed(state, event.data.program, { paused: true });
    case 'ProgramResumed':
      return changed(state, event.data.program, { paused: false });
    case 'ProgramRetired':
      return changed(state, event.data.program, { retired: true });
    default:
      return state;
  }
}

function changed(state: CodeState, id: string, change: Partial<Program>): CodeState {
  const program = state.programs.get(id);
  return program ? withProgram(state, { ...program, ...change }) : state;
}

function withProgram(state: CodeState, program: Program): CodeState {
  const before = state.programs.get(program.id);
  const claims = program.retired ? [] : keysOf(program);
  const keywords = state.keywords.withMutations((map) => {
    for (const { key } of before ? keysOf(before) : []) if (map.get(key)?.program === program.id) map.delete(key);
    for (const { key, written } of claims) map.set(key, { program: program.id, written });
  });
  const programsOf = state.programsOf.withMutations((map) => {
    if (before && !before.retired) map.update(before.organization, 0, (count) => count - 1);
    if (!program.retired) map.update(program.organization, 0, (count) => count + 1);
  });
  const hasCatchAll = program.catchAll && !program.retired;
  const catchAll = hasCatchAll ? program.id : state.catchAll === program.id ? null : state.catchAll;
  return { ...state, programs: state.programs.set(program.id, program), keywords, programsOf, catchAll };
}

const keysOf = ({ keywords }: ProgramSettings): { key: string; written: string }[] =>
  keywords.flatMap((written) => {
    const key = keywordKey(written);
    return key === null ? [] : [{ key, written }];
  });

/** A program's state at an instant. */
export type ProgramState = 'SCHEDULED' | 'ACTIVE' | 'PAUSED' | 'ENDED' | 'RETIRED';

/** @param at ISO 8601; `startsAt` is inclusive, `endsAt` exclusive */
export function programStateAt(
  program: Pick<Program, 'retired' | 'paused' | 'startsAt' | 'endsAt'>,
  at: string,
): ProgramState {
  const now = Date.parse(at);
  if (program.retired) return 'RETIRED';
  if (program.endsAt !== null && now >= Date.parse(program.endsAt)) return 'ENDED';
  if (program.paused) return 'PAUSED';
  if (program.startsAt !== null && now < Date.parse(program.startsAt)) return 'SCHEDULED';
  return 'ACTIVE';
}
