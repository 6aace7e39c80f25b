import { plainWords, words } from './words.js';

const OPT_OUT = ['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT'];
/** Those that opt out as the first word of a longer text too. */
const LEADING = new Set(['STOP', 'STOPALL', 'UNSUBSCRIBE', 'REVOKE', 'OPTOUT']);
const OPT_OUT_SET = new Set(OPT_OUT);
/** Opt-out words that are written as two. */
const PHRASES = [['OPT', 'OUT']] as const;
const START = new Set(['START', 'UNSTOP', 'YES']);
const HELP = new Set(['HELP', 'INFO']);

/** Reserved on every code, whatever its programs are; no program may claim them (GATEWAY.md, Consent). */
export const RESERVED_WORDS: readonly string[] = [...OPT_OUT, 'HELP'];
/** Reserved unless a program on a dedicated code claims them. */
export const CLAIMABLE_WORDS: readonly string[] = ['START', 'UNSTOP', 'YES', 'INFO'];

/** Further opt-out words of a code, ready to be looked for. */
export class OptOutWords {
  static readonly none = new OptOutWords([]);
  readonly #joined: ReadonlySet<string>;
  readonly #phrases: readonly (readonly string[])[];

  /** @param further as the operator wrote them; each may be several words */
  constructor(further: readonly string[]) {
    this.#phrases = further.map(plainWords).filter((phrase) => phrase.length > 0);
    this.#joined = new Set(this.#phrases.map((phrase) => phrase.join('')));
  }

  /** Whether this word, normalised, is one of them. */
  has(word: string): boolean {
    return this.#joined.has(word);
  }

  /**
   * Whether a text opts out: EXACT, all its words joined are an opt-out word; LEADING, its first word is one of the strong ones;
   * MENTION, it only contains one. Emoji and punctuation are ignored.
   */
  find(text: string): 'EXACT' | 'LEADING' | 'MENTION' | null {
    const plain = plainWords(text);
    if (plain.length === 0) return null;
    const joined = plain.join('');
    if (OPT_OUT_SET.has(joined) || this.#joined.has(joined)) return 'EXACT';
    if (LEADING.has(plain[0] ?? '') || isAt(plain, 0, PHRASES[0])) return 'LEADING';
    if (plain.some((word) => OPT_OUT_SET.has(word))) return 'MENTION';
    const phrases = [...PHRASES, ...this.#phrases];
    return plain.some((_, index) => phrases.some((phrase) => isAt(plain, index, phrase))) ? 'MENTION' : null;
  }
}

const isAt = (text: readonly string[], index: number, phrase: readonly string[]): boolean =>
  phrase.every((word, offset) => text[index + offset] === word);

/** START or HELP where the whole text is one of their words; `word` is that word, which a program on a dedicated code may have claimed. */
export function startOrHelp(text: string): { readonly reserved: 'START' | 'HELP'; readonly word: string } | null {
  const word = plainWords(text).join('');
  if (START.has(word)) return { reserved: 'START', word };
  if (HELP.has(word)) return { reserved: 'HELP', word };
  return null;
}

/** A keyword in its normalised form; null where it is not exactly one word, and can therefore never match. */
export function keywordKey(keyword: string): string | null {
  const [word, ...others] = words(keyword);
  return word === undefined || others.length > 0 ? null : word;
}
