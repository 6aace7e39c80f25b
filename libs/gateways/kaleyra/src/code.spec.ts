import { codeOf } from './code.js';

describe('a code', () => {
  it.each(['18885551234', '+18885551234', ' 18885551234', 'US-18885551234', 'us-+18885551234', '+US-18885551234'])(
    'written %j is 18885551234',
    (written) => expect(codeOf(written)).toBe('18885551234'),
  );

  it('keeps its leading zeros', () => expect(codeOf('00123')).toBe('00123'));

  it('that is not digits never meets one that is', () => {
    expect(codeOf('26161x')).toBe('26161x');
    expect(codeOf('２６１６１')).toMatch(/^invalid-[0-9a-f]{32}$/);
    expect(codeOf('26161 26162')).not.toBe(codeOf('26161\u000026162'));
    expect(codeOf('9'.repeat(60_000))).toMatch(/^invalid-/);
    expect(codeOf('+')).toMatch(/^invalid-/);
  });
});
