import { CLAIMABLE_WORDS, keywordKey, plainWords, RESERVED_WORDS, startOrHelp } from '@mo-ledger/matching';
import type { CodeSettings, ProgramSettings } from './code.events.js';
import type { FieldProblem } from './code.refusal.js';
import type { CodeState } from './code.state.js';

const DIGITS = { SHORT: [3, 8], LONG: [7, 15] } as const;
const LONGEST_KEYWORD = 100;

/** What is wrong with a code's settings by themselves (API.md, Admin API). */
export function codeProblems(code: string, settings: CodeSettings): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const add = (field: string, message: string): unknown => problems.push({ field, message });
  const { type, sharing, forwarding, organization, optOutWords } = settings;
  const [least, most] = DIGITS[type];
  if (!/^\d+$/.test(code)) add('code', 'a code consists of digits');
  else if (code.length < least || code.length > most)
    add('type', `a ${type.toLowerCase()} code has ${least} to ${most} digits, this one has ${code.length}`);
  if (sharing === 'SHARED' && forwarding === 'ALL') add('forwarding', 'a shared code forwards keywords only');
  if (sharing === 'SHARED' && organization !== null) add('organization', 'a shared code belongs to no organization');
  if (sharing === 'DEDICATED' && organization === null) add('organization', 'a dedicated code has an organization');
  for (const word of optOutWords) {
    if (plainWords(word).length === 0) add('optOutWords', `"${word}" has no word in it`);
    if (startOrHelp(word)) add('optOutWords', `"${word}" means something else: it is reserved`);
  }
  return problems;
}

/** What is wrong with a program's settings by themselves or with those of its code; not whether a keyword is taken. */
export function programProblems(state: CodeState, code: CodeSettings, settings: ProgramSettings): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const add = (field: string, message: string): unknown => problems.push({ field, message });
  const { organization, keywords, catchAll, startsAt, endsAt } = settings;
  const shared = code.sharing === 'SHARED';
  if (!shared && organization !== code.organization)
    add('organization', `the code is dedicated to ${code.organization}: only its programs can be there`);
  if (shared && catchAll) add('catchAll', 'a catch-all program can be on a dedicated code only');
  if (keywords.length === 0 && !catchAll) add('keywords', 'a program needs a keyword, unless it is a catch-all');
  for (const keyword of keywords) {
    const problem = keywordProblem(state, shared, keyword);
    if (problem) add('keywords', problem);
  }
  if (startsAt !== null && Number.isNaN(Date.parse(startsAt))) add('startsAt', 'startsAt is not a time in ISO 8601');
  if (endsAt !== null && Number.isNaN(Date.parse(endsAt))) add('endsAt', 'endsAt is not a time in ISO 8601');
  if (startsAt !== null && endsAt !== null && Date.parse(endsAt) <= Date.parse(startsAt))
    add('endsAt', 'endsAt must be later than startsAt');
  return problems;
}

function keywordProblem(state: CodeState, shared: boolean, keyword: string): string | null {
  const key = keywordKey(keyword);
  if (key === null) return `"${keyword}" is not one word: a keyword is what the first word of a text is compared with`;
  if (keyword.length > LONGEST_KEYWORD) return `a keyword has at most ${LONGEST_KEYWORD} characters`;
  if (RESERVED_WORDS.includes(key)) return `"${keyword}" is a reserved word: no program may claim it`;
  if (state.optOutWords.has(key)) return `"${keyword}" is one of the code's own opt-out words`;
  if (shared && CLAIMABLE_WORDS.includes(key))
    return `"${keyword}" is a reserved word: only a program on a dedicated code may claim it`;
  return null;
}

/** What an operator should know of a code's settings, one sentence each. */
export function codeWarnings(state: CodeState): string[] {
  const { settings, keywords, catchAll } = state;
  if (!settings) return [];
  const warnings: string[] = [];
  const { forwarding, forwardsOptOut, optOutWords } = settings;
  if (forwarding === 'KEYWORDS' && !forwardsOptOut)
    warnings.push(
      'The code forwards keywords only: STOP may never reach us, so consent has PARTIAL coverage, until forwardsOptOut states that opt-out words are forwarded.',
    );
  for (const word of optOutWords) {
    const claim = keywords.get(plainWords(word).join(''));
    if (claim)
      warnings.push(`The opt-out word ${word} is a keyword of program ${claim.program}, which gets it no more.`);
  }
  if (forwarding === 'KEYWORDS' && catchAll !== null)
    warnings.push(`The code forwards keywords only: the catch-all program ${catchAll} gets none but forwarded texts.`);
  return warnings;
}

/** What an operator should know of a program, one sentence each. */
export function programWarnings(state: CodeState, id: string): string[] {
  const program = state.programs.get(id);
  if (!program || !state.settings || program.retired) return [];
  const warnings: string[] = [];
  for (const keyword of program.keywords) {
    const key = keywordKey(keyword) ?? '';
    if (state.optOutWords.has(key))
      warnings.push(`The keyword ${keyword} is an opt-out word of the code: the program gets it no more.`);
    if (CLAIMABLE_WORDS.includes(key))
      warnings.push(`The program claims ${keyword}, which means ${meaning(key)} elsewhere.`);
  }
  if (program.catchAll && state.settings.forwarding === 'KEYWORDS')
    warnings.push('The code forwards keywords only: this catch-all gets none but forwarded texts.');
  return warnings;
}

const meaning = (key: string): string => (key === 'INFO' ? 'help' : 'opting in');
