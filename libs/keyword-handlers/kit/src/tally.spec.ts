import { countOf, oneMore } from './tally.js';

describe('a tally', () => {
  it('counts every key, those of Object among them', () => {
    const tally = ['A', 'constructor', '__proto__', 'A'].reduce(oneMore, {});
    expect(['A', 'constructor', '__proto__', 'B'].map((key) => countOf(tally, key))).toEqual([2, 1, 1, 0]);
    expect(JSON.stringify(tally)).toBe('{"A":2,"constructor":1,"__proto__":1}');
  });
});
