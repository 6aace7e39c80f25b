import fc from 'fast-check';
import { parseText } from './keyword-and-args.js';
import { words } from './words.js';

describe('parseText', () => {
  it.each([
    ['Join  Jane Doe', 'JOIN', ['Jane', 'Doe']],
    ['JOIN!', 'JOIN', []],
    ['JOIN! now', 'JOIN', ['now']],
    ['JOIN,Jane', 'JOIN', ['Jane']],
    ['join,(Jane) D.', 'JOIN', ['Jane)', 'D.']],
    ['👍👍 x', '👍', ['👍', 'x']],
    ['👍🏽👍🏽x y', '👍', ['👍🏽x', 'y']],
    ['JOIN👍', 'JOIN', ['👍']],
    ['JOIN - Jane', 'JOIN', ['Jane']],
    ['VOTE\u00a0Red\tblue', 'VOTE', ['Red', 'blue']],
    ['  "join" \'em', 'JOIN', ["'em"]],
    ['cafe\u0301s,Été', 'CAFÉS', ['Été']],
    ['A1️⃣', 'A', ['1⃣']],
  ])('reads %j', (text, first, args) => {
    const parsed = parseText(text);
    expect([parsed.first, parsed.args]).toEqual([first, args]);
    expect(parsed.only).toBe(args.length === 0);
  });

  it('finds no word where there is none', () => {
    expect(parseText(' … ')).toEqual({ first: null, only: false, args: [], all: [] });
  });

  it('gives a catch-all every word as it was typed', () => {
    expect(parseText('Hello,  World - again').all).toEqual(['Hello,', 'World', 'again']);
  });

  it('loses no word and invents none', () => {
    const text = fc.string({
      unit: fc.oneof(
        fc.constantFrom(' ', ',', '!', '👍', '🏽', '\u200d', '🇺', '🇸', '\u20e3', '1'),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      ),
      maxLength: 20,
    });
    fc.assert(
      fc.property(text, (typed) => {
        const { first, only, args } = parseText(typed);
        const all = words(typed);
        expect(first).toBe(all[0] ?? null);
        expect(only).toBe(all.length === 1);
        expect(args.flatMap(words)).toEqual(all.slice(1));
      }),
      { numRuns: rounds({ test: 600, short: 6_000, long: 300_000 }) },
    );
  });

  it('is quick for the longest post there can be', () => {
    expect(parseText(`JOIN${'!'.repeat(60_000)}x`).args).toEqual(['x']);
    expect(parseText(`${'👍'.repeat(15_000)}`).args).toHaveLength(1);
    expect(parseText(`👍${'\u{e0041}'.repeat(15_000)} a`).args).toEqual(['a']);
    expect(parseText(`a${'\u0301\u0323'.repeat(15_000)} b`).args).toEqual(['b']);
  });
});
