import fc from 'fast-check';
import { sameWord, splitWords, words } from './words.js';

describe('words', () => {
  it.each([
    ['JOIN!', ['JOIN']],
    [' join ', ['JOIN']],
    ['Join  me', ['JOIN', 'ME']],
    ['join\u00a0me', ['JOIN', 'ME']],
    ['JOIN,Jane', ['JOIN', 'JANE']],
    ['join_me', ['JOIN', 'ME']],
    ["don't", ['DON', 'T']],
    ['¡Únete!', ['ÚNETE']],
    ['cafe\u0301', ['CAFÉ']],
    ['ＪＯＩＮ', ['JOIN']],
    ['हिन्दी', ['हिन्दी']],
    ['加入 现在', ['加入', '现在']],
    ['\ud83d JOIN \udc4d', ['JOIN']],
    ['$+<=>^`|~', []],
    ['', []],
  ])('splits %j at white space and punctuation', (text, expected) => {
    expect(words(text)).toEqual(expected);
  });

  it.each([
    ['JOIN👍', ['JOIN', '👍']],
    ['👍👍', ['👍', '👍']],
    ['👍🏽👍', ['👍', '👍']],
    ['🇺🇸🇩🇪', ['🇺🇸', '🇩🇪']],
    ['👨‍👩‍👧x', ['👨‍👩‍👧', 'X']],
    ['🏴󠁧󠁢󠁥󠁮󠁧󠁿🏴', ['🏴󠁧󠁢󠁥󠁮󠁧󠁿', '🏴']],
    ['1️⃣2️⃣', ['1⃣', '2⃣']],
    ['A1️⃣', ['A', '1⃣']],
    ['★', []],
  ])('takes each emoji of %j for a word of its own', (text, expected) => {
    expect(words(text)).toEqual(expected);
  });

  it('tells the flags of England and Scotland apart', () => {
    expect(sameWord('🏴󠁧󠁢󠁥󠁮󠁧󠁿', '🏴󠁧󠁢󠁳󠁣󠁴󠁿')).toBe(false);
  });

  it('says which words are emoji', () => {
    expect(splitWords('ok 👍')).toEqual([
      { text: 'OK', emoji: false },
      { text: '👍', emoji: true },
    ]);
  });

  const word = fc.constantFrom('join', 'Café', 'ÜBER', '👍', 'straße', '加入', '🇺🇸', 'ñandú');
  const gap = fc.constantFrom(' ', '  ', '\t', '\r\n', '\u00a0', ', ', ' - ', '! ');
  const form = fc.constantFrom('NFC', 'NFD', 'NFKC', 'NFKD');
  const change = fc.constantFrom(
    (text: string) => text,
    (text: string) => text.toUpperCase(),
    (text: string) => text.toLowerCase(),
  );

  it('are the same for every way to compose, case or space a text', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(word, gap, change, form), { maxLength: 6 }), gap, (parts, begin) => {
        const varied =
          begin + parts.map(([text, space, cased, composed]) => cased(text).normalize(composed) + space).join('');
        expect(words(varied)).toEqual(words(parts.map(([text]) => text).join(' ')));
      }),
    );
  });

  it('are the same whether a text is looked at whole or piece by piece', () => {
    const text = fc.string({
      unit: fc.oneof(
        fc.constantFrom(' ', '\u00a0', '\n', '\u200d', '👍'),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      ),
      maxLength: 20,
    });
    fc.assert(
      fc.property(text, (whole) => {
        expect(whole.split(/\p{White_Space}+/u).flatMap(words)).toEqual(words(whole));
      }),
      { numRuns: rounds({ test: 500, short: 4_000, long: 200_000 }) },
    );
  });
});

describe('sameWord', () => {
  it('ignores case, composition and punctuation, and nothing else', () => {
    expect(sameWord('New  york!', 'NEW YORK')).toBe(true);
    expect(sameWord('cafe\u0301', 'CAFÉ')).toBe(true);
    expect(sameWord('red', 'read')).toBe(false);
    expect(sameWord('newyork', 'new york')).toBe(false);
    expect(sameWord('+', '-')).toBe(false);
    expect(sameWord('', '!')).toBe(false);
  });
});
