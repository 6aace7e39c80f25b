import { words } from './words.js';

/** A text as a keyword is looked for in it. */
export interface ParsedText {
  /** The first word, normalised; null where there is no word. */
  readonly first: string | null;
  /** Whether that is the only word. */
  readonly only: boolean;
  /** The words after the first as they were typed: split at white space, and what has no word in it left out. */
  readonly args: readonly string[];
  /** The same with the first word: what a catch-all program gets. */
  readonly all: readonly string[];
}

// Not \s: that includes U+FEFF, which has no width, and misses U+0085.
const WHITE_SPACE = /\p{White_Space}+/u;

/** Splits a text into its first word and the arguments that follow it (GATEWAY.md, Matching). */
export function parseText(text: string): ParsedText {
  const typed = text
    .split(WHITE_SPACE)
    .map((token) => ({ token, words: words(token) }))
    .filter((part) => part.words.length > 0);
  const [head, ...tail] = typed;
  const first = head?.words[0];
  if (!head || first === undefined) return { first: null, only: false, args: [], all: [] };
  const following = tail.map(({ token }) => token);
  const glued = head.words.length > 1 ? [afterFirstWord(head.token, head.words)] : [];
  const args = [...glued, ...following];
  return { first, only: args.length === 0, args, all: [head.token, ...following] };
}

/** What follows the first word within one typed token, from its second word on: `Jane` of `JOIN,Jane`. */
function afterFirstWord(token: string, all: readonly string[]): string {
  // The longest beginning that has one word only. Found by halves: a token may be as long as a whole post.
  let one = 0;
  let more = token.length;
  while (more - one > 1) {
    const middle = (one + more) >> 1;
    if (words(token.slice(0, middle)).length > 1) more = middle;
    else one = middle;
  }
  // Never within a surrogate pair.
  if (one > 0 && /^[\udc00-\udfff]/.test(token.slice(one)) && /[\ud800-\udbff]$/.test(token.slice(0, one))) one -= 1;
  const rest = token.slice(one);
  const expected = all.slice(1);
  const found = words(rest);
  const intact = found.length === expected.length && found.every((word, index) => word === expected[index]);
  return intact ? rest : expected.join(' ');
}
