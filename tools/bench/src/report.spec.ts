import { compare } from './comparison.js';
import { ratioLines, toJson } from './report.js';

const what = { name: 'ingest.burst', unit: 'posts/s', with: 'storing nothing' };
const bench = {
  name: 'ingest',
  summary: '',
  options: {},
  goals: { 'ingest.burst': { atLeast: 0.5 } },
  run: () => Promise.reject(new Error('not here')),
};

describe('a ratio', () => {
  it('is the median of its rounds, each with its own figures', () => {
    const { ratio, ours, theirs, spread } = compare(what, [10, 90, 30], [20, 100, 100]);
    expect({ ratio, ours, theirs, spread }).toEqual({ ratio: 0.5, ours: 30, theirs: 100, spread: '0.300 – 0.900' });
  });

  it('may be of many rounds beside one figure', () => {
    expect(compare(what, [10, 20, 30], [10]).ratio).toBe(2);
  });

  it('stands beside its goal and what it was divided by', () => {
    const result = { comparisons: [compare(what, [10], [40])], figures: {} };
    expect(ratioLines(bench, result)).toEqual([
      ['ingest.burst', '0.25', '≥ 0.5 ✗', '10 posts/s', '40 posts/s: storing nothing', ''],
    ]);
  });

  it('is written as JSON by its name, with the figures (API.md, Commands)', () => {
    const result = { comparisons: [compare(what, [10], [40])], ratios: { other: 1 }, figures: { failed: 0 } };
    expect(toJson('ingest', result)).toEqual({
      bench: 'ingest',
      ratios: { 'ingest.burst': 0.25, other: 1 },
      figures: { 'ingest.burst: posts/s': 10, 'ingest.burst: posts/s, storing nothing': 40, failed: 0 },
    });
  });
});
