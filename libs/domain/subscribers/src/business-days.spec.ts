import fc from 'fast-check';
import { addBusinessDays, federalHolidays } from './business-days.js';

describe('business days', () => {
  it('skip weekends and Thanksgiving', () => {
    expect(addBusinessDays('2026-11-23T12:34:56.789Z', 10)).toBe('2026-12-08T12:34:56.789Z');
  });

  it.each([
    // from, days, to
    ['2026-01-02', 1, '2026-01-05'],
    ['2026-01-16', 1, '2026-01-20'], // Martin Luther King Day
    ['2026-02-13', 1, '2026-02-17'], // Washington's Birthday
    ['2026-05-22', 1, '2026-05-26'], // Memorial Day
    ['2026-06-18', 1, '2026-06-22'], // Juneteenth, a Friday
    ['2026-07-02', 1, '2026-07-06'], // the Fourth, a Saturday: observed on Friday
    ['2026-09-04', 1, '2026-09-08'], // Labor Day
    ['2026-10-09', 1, '2026-10-13'], // Columbus Day
    ['2026-11-10', 1, '2026-11-12'], // Veterans Day
    ['2026-12-24', 1, '2026-12-28'], // Christmas
    ['2022-12-23', 1, '2022-12-27'], // Christmas, a Sunday: observed on Monday
    ['2021-12-30', 1, '2022-01-03'], // New Year's Day 2022, a Saturday: observed in 2021
    ['2026-12-31', 1, '2027-01-04'],
    ['2026-11-21', 1, '2026-11-23'], // from a Saturday
    ['2024-02-28', 10, '2024-03-13'],
  ])('%s and %i more are %s', (from, days, to) => {
    expect(addBusinessDays(`${from}T23:59:59.000Z`, days)).toBe(`${to}T23:59:59.000Z`);
  });

  it('know eleven holidays a year, all on weekdays', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2000, max: 2100 }), (year) => {
        const days = federalHolidays(year);
        expect(new Set(days).size).toBe(11);
        for (const day of days) expect([1, 2, 3, 4, 5]).toContain(new Date(day).getUTCDay());
      }),
    );
  });

  it('are between fourteen and twenty days, when there are ten', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
        (date) => {
          const due = Date.parse(addBusinessDays(date.toISOString(), 10));
          const days = (due - date.getTime()) / 86_400_000;
          expect(days).toBeGreaterThanOrEqual(12);
          expect(days).toBeLessThanOrEqual(20);
        },
      ),
    );
  });
});
