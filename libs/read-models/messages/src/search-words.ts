import { words } from '@mo-ledger/matching';

const LONGEST_WORD = 64;
const MOST_WORDS = 2_000;

/** The words by which a text is found, normalised as for matching; bounded, however long the text is. */
export function searchWords(...texts: readonly (string | null)[]): string[] {
  const found = new Set<string>();
  for (const text of texts) {
    for (const word of words(text ?? '')) {
      found.add([...word.slice(0, LONGEST_WORD)].join('').toWellFormed());
      if (found.size >= MOST_WORDS) return [...found];
    }
  }
  return [...found];
}

/** A tsquery for texts that have words beginning with each of the words of `q`; null where `q` has no word. */
export function searchQuery(q: string): string | null {
  const wanted = searchWords(q).slice(0, 20);
  if (wanted.length === 0) return null;
  return wanted.map((word) => `'${word.replaceAll('\\', '\\\\').replaceAll("'", "''")}':*`).join(' & ');
}
