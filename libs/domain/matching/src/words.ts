import { normalise } from './normalise.js';

/**
 * An emoji, in a normalised text: a flag, a keycap, or pictures that joiners make one of. Otherwise a run of letters, digits and
 * their marks. Everything else separates words.
 */
const WORD =
  /(\p{Regional_Indicator}{1,2}|[0-9#*]\u20e3|\p{Extended_Pictographic}(?:[\u{e0020}-\u{e007f}]+|(?:\u200d\p{Extended_Pictographic})*))|(?:(?![0-9]\u20e3)[\p{L}\p{N}])(?:(?![0-9]\u20e3)[\p{L}\p{N}\p{M}])*/gu;
const ASCII_WORD = /[0-9A-Z]+/g;
const NOT_ASCII = /[^\0-\x7f]/;

export interface Word {
  /** Normalised. */
  readonly text: string;
  readonly emoji: boolean;
}

/** A text's words in their normalised form, split at white space and punctuation; an emoji is a word of its own. */
export function splitWords(text: string): Word[] {
  const normalised = normalise(text);
  if (!NOT_ASCII.test(normalised))
    return (normalised.match(ASCII_WORD) ?? []).map((word) => ({ text: word, emoji: false }));
  return Array.from(normalised.matchAll(WORD), ([word, emoji]) => ({ text: word, emoji: emoji !== undefined }));
}

export const words = (text: string): string[] => splitWords(text).map((word) => word.text);

/** The words that are not emoji: what is looked at for reserved words. */
export const plainWords = (text: string): string[] =>
  splitWords(text)
    .filter((word) => !word.emoji)
    .map((word) => word.text);

/** Whether two texts say the same, however they are composed, cased, spaced and punctuated. */
export const sameWord = (a: string, b: string): boolean => key(a) === key(b);

// What has no word at all is compared as it stands.
const key = (text: string): string => words(text).join(' ') || normalise(text).trim();
