import { isStripped, OptOutWords, parseText, startOrHelp, type ParsedText } from '@mo-ledger/matching';
import { programStateAt, type CodeState, type Program } from './code.state.js';

/** What is matched: a message's texts, whom it was posted to, and when. */
export interface MatchInput {
  /** The organization that was posted to; null asks for whichever organization's programs there are. */
  readonly organization: string | null;
  readonly message: string | null;
  readonly messageOrig: string | null;
  /** Repeats of the two fields: opt-out words are looked for in them too. */
  readonly repeats?: readonly string[];
  /** The instant at which programs must be active, ISO 8601. */
  readonly at: string;
}

/** What a message means on a code (GATEWAY.md, Codes, keywords, programs; Consent). */
export interface Match {
  readonly outcome: 'MATCHED' | 'RESERVED' | 'UNMATCHED' | 'UNPROVISIONED' | 'NOT_ROUTED';
  readonly program: string | null;
  /** As the operator wrote it; null where a catch-all took the message. */
  readonly keyword: string | null;
  readonly match: 'FIRST' | 'ONLY' | 'CATCH_ALL' | null;
  readonly args: readonly string[];
  readonly reserved: 'STOP' | 'START' | 'HELP' | null;
  readonly anomalies: readonly ('INBOUND_ADDRESS_UNPROVISIONED' | 'UNEXPECTED_KEYWORD_ON_SHARED_CODE')[];
  /** `PAUSED`, `ENDED`, `SCHEDULED`: the program's state; `NOT_OURS`: another organization's code or keyword. */
  readonly reason: string | null;
  /** The text that decided; of no meaning where nothing matched. */
  readonly text: string;
  /** The program that matched, as it is provisioned at this point of the log. */
  readonly provisioned: Program | null;
  /** Set where the message opts out. */
  readonly optOut: {
    readonly confidence: 'EXACT' | 'LEADING';
    readonly text: string;
    /** Another value of the text that says something else. */
    readonly conflicting: string | null;
  } | null;
  /** The text that contains an opt-out word without opting out. */
  readonly mention: string | null;
  /** Whether the organization has a program on the code: without one a START does not count. */
  readonly hasPrograms: boolean;
}

type Found = Pick<
  Match,
  'outcome' | 'program' | 'keyword' | 'match' | 'args' | 'reserved' | 'reason' | 'text' | 'provisioned'
>;

const NOTHING: Found = {
  outcome: 'UNMATCHED',
  program: null,
  keyword: null,
  match: null,
  args: [],
  reserved: null,
  reason: null,
  text: '',
  provisioned: null,
};

/**
 * Decides what a message means with what is provisioned: reserved words first, then programs, then the catch-all. Pure; takes the same
 * time however many programs there are. `state` is null (or its settings are) where nobody provisioned the code.
 */
export function matchProgram(state: CodeState | null, input: MatchInput): Match {
  const texts = distinct([input.message, input.messageOrig]);
  const all = distinct([...texts, ...(input.repeats ?? [])]);
  const words = state?.optOutWords ?? OptOutWords.none;
  const optOut = findOptOut(words, all, input);
  const mention = optOut ? null : (all.find((text) => words.find(text) === 'MENTION') ?? null);
  const found = optOut ? { ...NOTHING, reserved: 'STOP' as const, text: optOut.text } : find(state, texts, input);
  const hasPrograms = state !== null && hasProgramOf(state, input.organization);
  const consent = { optOut, mention, hasPrograms };

  if (!isProvisionedFor(state, input.organization)) {
    const { reserved, text } = found;
    const reason = state?.settings ? 'NOT_OURS' : null;
    return {
      ...{ ...NOTHING, ...consent, outcome: 'UNPROVISIONED', reserved, reason },
      ...{ text: text || (texts[0] ?? ''), anomalies: ['INBOUND_ADDRESS_UNPROVISIONED'] },
    };
  }
  if (found.reserved) {
    const reason = found.reserved === 'START' && !hasPrograms ? 'NOT_OURS' : null;
    return { ...found, ...consent, outcome: 'RESERVED', reason, anomalies: [] };
  }
  const unexpected = found.outcome === 'UNMATCHED' && state?.settings?.sharing === 'SHARED';
  return { ...found, ...consent, anomalies: unexpected ? ['UNEXPECTED_KEYWORD_ON_SHARED_CODE'] : [] };
}

const distinct = (texts: readonly (string | null)[]): string[] => [
  ...new Set(texts.filter((text): text is string => text !== null && text !== '')),
];

function isProvisionedFor(state: CodeState | null, organization: string | null): boolean {
  if (!state?.settings) return false;
  const { sharing, organization: owner } = state.settings;
  return sharing === 'SHARED' || organization === null || organization === owner;
}

const hasProgramOf = ({ programsOf }: CodeState, organization: string | null): boolean =>
  organization === null ? programsOf.some((count) => count > 0) : programsOf.get(organization, 0) > 0;

function findOptOut(words: OptOutWords, all: readonly string[], input: MatchInput): Match['optOut'] {
  const findings = all.map((text) => ({ text, confidence: words.find(text) }));
  const exact = findings.find(({ confidence }) => confidence === 'EXACT');
  const found = exact ?? findings.find(({ confidence }) => confidence === 'LEADING');
  if (!found) return null;
  const merelyStripped = (text: string): boolean => {
    const pair = [input.message, input.messageOrig];
    if (!pair.includes(text) || !pair.includes(found.text)) return false;
    return isStripped(input.message ?? '', input.messageOrig ?? '');
  };
  const conflicting = findings.find(
    ({ text, confidence }) =>
      confidence !== 'EXACT' && confidence !== 'LEADING' && !isBlank(text) && !merelyStripped(text),
  );
  const { text, confidence } = found;
  return { text, confidence: confidence === 'EXACT' ? 'EXACT' : 'LEADING', conflicting: conflicting?.text ?? null };
}

const isBlank = (text: string): boolean => /^[\p{White_Space}\0\p{Default_Ignorable_Code_Point}]*$/u.test(text);

function find(state: CodeState | null, texts: readonly string[], input: MatchInput): Found {
  let found: Found = NOTHING;
  for (const text of texts) {
    const parsed = parseText(text);
    const reserved = startOrHelp(text);
    const claimed = reserved !== null && reserved.word === parsed.first && isClaimed(state, reserved.word);
    if (reserved && !claimed) return { ...NOTHING, reserved: reserved.reserved, text };
    const matched = state && findKeyword(state, text, parsed, input);
    if (matched && matched.outcome !== 'UNMATCHED') return matched;
    found = matched ?? found;
  }
  const catchAll = state?.programs.get(state.catchAll ?? '');
  if (!catchAll) return found;
  const text = texts[0] ?? '';
  return toProgram(catchAll, input, { keyword: null, match: 'CATCH_ALL', args: parseText(text).all, text });
}

// START, UNSTOP, YES and INFO belong to whoever claims them on a dedicated code.
const isClaimed = (state: CodeState | null, word: string): boolean =>
  state?.settings?.sharing === 'DEDICATED' && state.keywords.has(word);

function findKeyword(state: CodeState, text: string, parsed: ParsedText, input: MatchInput): Found {
  const claim = parsed.first === null ? undefined : state.keywords.get(parsed.first);
  const program = claim && state.programs.get(claim.program);
  if (!program || (program.match === 'ONLY' && !parsed.only)) return NOTHING;
  if (input.organization !== null && program.organization !== input.organization)
    return { ...NOTHING, reason: 'NOT_OURS' };
  return toProgram(program, input, { keyword: claim.written, match: program.match, args: parsed.args, text });
}

function toProgram(
  program: Program,
  { at }: MatchInput,
  matched: Pick<Found, 'keyword' | 'match' | 'args' | 'text'>,
): Found {
  const state = programStateAt(program, at);
  const routed = state === 'ACTIVE';
  return {
    ...matched,
    ...{ outcome: routed ? 'MATCHED' : 'NOT_ROUTED', reason: routed ? null : state },
    ...{ program: program.id, provisioned: program, reserved: null },
  };
}
