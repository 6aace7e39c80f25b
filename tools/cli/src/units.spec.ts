import { count, counted, duration, instant, percent, rate } from './units.js';

describe('what a person reads', () => {
  it.each([
    [0, '0 s'],
    [0.04, '0.1 s'],
    [1.23, '1.2 s'],
    [9.96, '10 s'],
    [42.4, '42 s'],
    [59.6, '1 m 0 s'],
    [200, '3 m 20 s'],
    [7_500, '2 h 5 m'],
    [3 * 86_400 + 4 * 3_600, '3 d 4 h'],
  ])('of %d seconds is %s', (seconds, text) => expect(duration(seconds)).toBe(text));

  it('of counts has thousands apart, however many there are', () => {
    expect([count(12_345), count('9223372036854775807'), counted(1, 'event'), counted(0, 'event')]).toEqual([
      ...['12,345', '9,223,372,036,854,775,807', '1 event', '0 events'],
    ]);
  });

  it('of a rate is never nothing where there is something', () => {
    expect([rate(12_345.4), rate(0.2), rate(0)]).toEqual(['12,345 ev/s', '< 1 ev/s', '0 ev/s']);
  });

  it('of a share is whole only where it is, and of an instant has seconds', () => {
    expect([percent(99.9), percent(100)]).toEqual(['99 %', '100 %']);
    expect([instant('2026-11-22T12:00:00.123Z'), instant(null)]).toEqual(['2026-11-22 12:00:00Z', '–']);
  });
});
