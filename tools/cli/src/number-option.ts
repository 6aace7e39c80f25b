import { InvalidArgumentError } from 'commander';

/** A whole number from 1 on. */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1 on.');
  return Number(text);
}

/** A position of the log, as it is written. */
export function position(text: string): string {
  if (!/^\d{1,19}$/.test(text)) throw new InvalidArgumentError('It must be a position of the log, for example 12345.');
  return text;
}
