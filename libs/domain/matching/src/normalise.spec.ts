import fc from 'fast-check';
import { normalise } from './normalise.js';
import { words } from './words.js';

const anyText = fc.string({ unit: 'binary', maxLength: 40 });
const latin = fc.string({ unit: fc.constantFrom(...'aZéßẞıİçﬁŉΐᾴσς👍ǅ '), maxLength: 20 });

describe('normalise', () => {
  it('is the same for every way to compose a text', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom('NFC', 'NFD', 'NFKC', 'NFKD'), (text, form) => {
        expect(normalise(text.normalize(form))).toBe(normalise(text));
      }),
      { numRuns: rounds({ test: 500, short: 4_000, long: 200_000 }) },
    );
  });

  it('is the same for every case, for every letter there is', () => {
    for (let point = 0; point <= 0x10ffff; point++) {
      const letter = String.fromCodePoint(point);
      const cases = [letter.toLowerCase(), letter.toUpperCase()];
      if (cases.every((other) => other === letter)) continue;
      const same = normalise(letter);
      for (const other of [...cases, same])
        if (normalise(other) !== same) throw new Error(`U+${point.toString(16)}: ${JSON.stringify([letter, other])}`);
    }
  });

  it('is the same for every case of a text', () => {
    fc.assert(
      fc.property(latin, (text) => {
        expect(normalise(text.toLowerCase())).toBe(normalise(text));
        expect(normalise(text.toUpperCase())).toBe(normalise(text));
      }),
    );
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(normalise(normalise(text))).toBe(normalise(text));
      }),
      { numRuns: rounds({ test: 500, short: 4_000, long: 200_000 }) },
    );
  });

  const invisible = fc.constantFrom(
    '\0',
    '\u200b',
    '\u200c',
    '\u2060',
    '\ufeff',
    '\u00ad',
    '\u200e',
    '\ufe0f',
    '\u034f',
  );

  it('ignores what has no width, wherever it stands', () => {
    fc.assert(
      fc.property(anyText, fc.array(fc.tuple(fc.nat(40), invisible), { maxLength: 8 }), (text, marks) => {
        // Between two surrogates nothing can stand, and a joiner's neighbours decide what it means.
        const letters = Array.from(text.replaceAll('\u200d', '').replace(/[\u{e0000}-\u{e007f}]/gu, ''));
        const plain = letters.join('');
        for (const [at, mark] of marks) letters.splice(at, 0, mark);
        expect(words(letters.join(''))).toEqual(words(plain));
      }),
      { numRuns: rounds({ test: 500, short: 4_000, long: 200_000 }) },
    );
  });

  it('brings together what was kept apart', () => {
    expect(normalise('e\u200b\u0301')).toBe('É');
    expect(normalise('S\0T\u200dO\ufeffP')).toBe('STOP');
  });

  it('ignores skin tones and how an emoji is drawn', () => {
    expect(normalise('👍🏽')).toBe(normalise('👍'));
    expect(normalise('❤️')).toBe(normalise('❤'));
    expect(normalise('👩🏽‍💻')).toBe(normalise('👩‍💻'));
  });
});
