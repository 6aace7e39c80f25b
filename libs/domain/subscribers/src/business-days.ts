/**
 * The same time of day so many business days later: Monday to Friday, but for US federal holidays on the day on which they are
 * observed. Days are UTC days.
 *
 * @param from ISO 8601 UTC; so is the result
 */
export function addBusinessDays(from: string, days: number): string {
  const date = new Date(from);
  for (let left = days; left > 0;) {
    date.setUTCDate(date.getUTCDate() + 1);
    if (isBusinessDay(date)) left -= 1;
  }
  return date.toISOString();
}

function isBusinessDay(date: Date): boolean {
  const weekday = date.getUTCDay();
  if (weekday === 0 || weekday === 6) return false;
  const day = isoDay(date);
  const year = date.getUTCFullYear();
  // New Year's Day of the next year may be observed on the last day of this one.
  return !federalHolidays(year).includes(day) && observed(year + 1, 1, 1) !== day;
}

/** The days, `YYYY-MM-DD`, on which the federal holidays of a year are observed (5 U.S.C. 6103). */
export function federalHolidays(year: number): string[] {
  return [
    observed(year, 1, 1),
    nthWeekday(year, 1, MONDAY, 3),
    nthWeekday(year, 2, MONDAY, 3),
    nthWeekday(year, 5, MONDAY, -1),
    observed(year, 6, 19),
    observed(year, 7, 4),
    nthWeekday(year, 9, MONDAY, 1),
    nthWeekday(year, 10, MONDAY, 2),
    observed(year, 11, 11),
    nthWeekday(year, 11, THURSDAY, 4),
    observed(year, 12, 25),
  ];
}

const MONDAY = 1;
const THURSDAY = 4;

/** A Saturday's holiday is observed on Friday, a Sunday's on Monday. */
function observed(year: number, month: number, day: number): string {
  const date = new Date(Date.UTC(year, month - 1, day));
  const shift = date.getUTCDay() === 6 ? -1 : date.getUTCDay() === 0 ? 1 : 0;
  return isoDay(new Date(Date.UTC(year, month - 1, day + shift)));
}

/** The nth of a weekday in a month; -1 is the last. */
function nthWeekday(year: number, month: number, weekday: number, n: number): string {
  if (n > 0) {
    const first = new Date(Date.UTC(year, month - 1, 1)).getUTCDay();
    return isoDay(new Date(Date.UTC(year, month - 1, 1 + ((weekday - first + 7) % 7) + (n - 1) * 7)));
  }
  const last = new Date(Date.UTC(year, month, 0));
  return isoDay(new Date(Date.UTC(year, month - 1, last.getUTCDate() - ((last.getUTCDay() - weekday + 7) % 7))));
}

const isoDay = (date: Date): string => date.toISOString().slice(0, 10);
