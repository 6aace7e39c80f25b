import { normalise } from './normalise.js';

/**
 * Whether `stripped` is merely `original` with characters stripped, as the gateway does it with what it finds unnecessary: marks,
 * emoji, punctuation, spaces, letters beyond its alphabet; never a plain letter or digit (GATEWAY.md, Consent).
 */
export function isStripped(stripped: string, original: string): boolean {
  const short = letters(stripped);
  let next = 0;
  for (const letter of letters(original)) {
    if (short[next] === letter || short[next] === letter.normalize('NFKD')[0]) next += 1;
    else if (/[0-9A-Z]/.test(letter)) return false;
  }
  return next === short.length;
}

const letters = (text: string): string[] => Array.from(normalise(text).replace(/\s/g, ''));
