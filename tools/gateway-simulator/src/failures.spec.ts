import { Failures } from './failures.js';
import type { Answer } from './gateway.js';
import { samplePost } from './post.js';
import { Summary } from './summary.js';

const answer = (status: number | null, text = ''): Answer => ({
  status,
  text,
  position: null,
  error: status === null ? 'ECONNREFUSED' : null,
  milliseconds: 1,
});

describe('failures', () => {
  it('are told once of each kind, with what may be the reason', () => {
    const told: string[] = [];
    const failures = new Failures({ url: 'http://ledger', organization: 'acme' }, (line) => told.push(line));
    for (const one of [answer(200), answer(404), answer(404), answer(null), answer(500, ' oh \n'), answer(null)])
      failures.answered(one, samplePost);
    expect(told).toEqual([
      '404: (is the organization "acme" provisioned? --organization names another)',
      'ECONNREFUSED: (is there a ledger at http://ledger? --url names another)',
      '500: oh',
    ]);
  });

  it('are none where a post is meant to be refused', () => {
    const told: string[] = [];
    const failures = new Failures({ url: 'http://ledger', organization: 'acme' }, (line) => told.push(line));
    failures.answered(answer(413), { ...samplePost, expected: 413 });
    expect(told).toEqual([]);
    failures.answered(answer(413), samplePost);
    expect(told).toEqual(['413:']);
  });

  it('are counted in the summary, whatever they are called', () => {
    const summary = new Summary();
    for (const one of [answer(200), answer(null), answer(null)]) summary.answered(one);
    expect(summary.lines(1)).toEqual(
      expect.arrayContaining(['  answered 200            1', '  answered ECONNREFUSED   2']),
    );
  });
});
