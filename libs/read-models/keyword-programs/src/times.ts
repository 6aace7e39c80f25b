/** ISO 8601 UTC in milliseconds, as rows have it, so that times compare as texts. */
export const utc = (time: string): string => new Date(time).toISOString();

/** The beginning of the hour (UTC) of a time in that form. */
export const hourOf = (time: string): string => `${time.slice(0, 13)}:00:00.000Z`;

/** The beginning of the day (UTC). */
export const dayOf = (time: string): string => `${time.slice(0, 10)}T00:00:00.000Z`;

/** The beginning of an hour of a day, from the day's. */
export const inDay = (day: string, hour: number): string =>
  `${day.slice(0, 11)}${String(hour).padStart(2, '0')}${day.slice(13)}`;

/** The hour of the day, from 0. */
export const hourIn = (time: string): number => Number(time.slice(11, 13));

/** The bit of the hour of the day: 1 for the first. */
export const hourBit = (time: string): number => 1 << hourIn(time);

export const earlier = (known: string | null, time: string): string => (known !== null && known < time ? known : time);
export const later = (known: string | null, time: string): string => (known !== null && known > time ? known : time);
