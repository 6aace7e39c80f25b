/** 12,345. Takes what the ledger writes as text too, since a position may be more than a number holds. */
export const count = (value: number | string): string =>
  typeof value === 'number' ? Math.round(value).toLocaleString('en-US') : BigInt(value).toLocaleString('en-US');

/** `1 event`, `12,345 events`. */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

/** `12,345 ev/s`; what is less than one is not none. */
export const rate = (perSecond: number): string => {
  if (perSecond > 0 && perSecond < 1) return '< 1 ev/s';
  return `${count(perSecond)} ev/s`;
};

/** `0 s`, `1.2 s`, `42 s`, `3 m 20 s`, `2 h 5 m`, `3 d 4 h`. */
export function duration(seconds: number): string {
  if (seconds <= 0) return '0 s';
  if (seconds < 9.95) return `${Math.max(0.1, seconds).toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} m ${whole % 60} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 1_440) return `${Math.floor(minutes / 60)} h ${minutes % 60} m`;
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** `45 %`; 100 % is said of what is whole alone. */
export const percent = (value: number): string => `${Math.floor(value)} %`;

/** An instant to the second, in UTC. */
export const instant = (iso: string | null): string =>
  iso === null ? '–' : iso.replace('T', ' ').replace(/(\.\d+)?Z$/, 'Z');
