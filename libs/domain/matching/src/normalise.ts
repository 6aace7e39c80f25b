/** Skin tones. Variation selectors and zero-width characters are all "default ignorable". */
const MODIFIERS = /[\0\p{Emoji_Modifier}]/gu;
// Default ignorable, but for what makes one emoji of several characters: a joiner between two pictures, the tags of a flag.
const ZERO_WIDTH =
  /(?<!\p{Extended_Pictographic})\u200d|\u200d(?!\p{Extended_Pictographic})|(?![\u200d\u{e0020}-\u{e007f}])\p{Default_Ignorable_Code_Point}/gu;
const TAGS = /(\p{Extended_Pictographic}[\u{e0020}-\u{e007f}]+)|[\u{e0020}-\u{e007f}]+/gu;
// Composing takes time with the square of such a run; no language needs more than a few (UAX #15, Stream-Safe Text Format).
const TOO_MANY_MARKS = /(\p{M}{30})\p{M}+/gu;

const ASCII = /^[\t\n\r\x20-\x7e]*$/;

const strip = (text: string): string => stripZeroWidth(stripVariants(text).replace(MODIFIERS, ''));
const stripVariants = (text: string): string => text.replace(/[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/gu, '');
const stripZeroWidth = (text: string): string => text.replace(ZERO_WIDTH, '').replace(TAGS, '$1');
// Lower-case first: some letters (ẞ) have no upper-case form of their own, while their lower-case form has.
const fold = (text: string): string => text.normalize('NFKC').toLowerCase().toUpperCase().normalize('NFKC');

/**
 * The form in which texts and keywords are compared (GATEWAY.md, Matching): NFKC, without NUL, zero-width characters and emoji
 * modifiers, in upper case. However a text is composed or cased, it is the same afterwards.
 */
export function normalise(text: string): string {
  if (ASCII.test(text)) return text.toUpperCase();
  // What is dropped may have kept apart what composes.
  return fold(strip(fold(strip(text.replace(TOO_MANY_MARKS, '$1')))));
}
