import { isOfSystemStream, namesOf } from '../protobuf/recorded-event.js';
import { BadRequest } from '../server/errors.js';

/** What of `$all` somebody wants: by stream name or event type, by prefix or regular expression. */
export interface Filter {
  matches(stream: string, type: string): boolean;
}

export interface Expression {
  on: 'stream' | 'type';
  /** Empty: the prefixes count. */
  regex: string;
  prefixes: readonly string[];
}

/** Throws {@link BadRequest} for a regular expression that JavaScript cannot parse. */
export const compileFilter = ({ on, regex, prefixes }: Expression): Filter => {
  const test = regex ? matcher(regex) : (text: string) => prefixes.some((prefix) => text.startsWith(prefix));
  return { matches: on === 'stream' ? (stream) => test(stream) : (_, type) => test(type) };
};

const matcher = (source: string): ((text: string) => boolean) => {
  const expression = parse(source, 'u') ?? parse(source, '');
  if (!expression) throw new BadRequest(`The filter's regular expression cannot be parsed: ${source}`);
  return (text) => expression.test(text);
};

const parse = (source: string, flags: string): RegExp | undefined => {
  try {
    return new RegExp(source, flags);
  } catch {
    return undefined;
  }
};

const HIDDEN = '$persistentsubscription-$all::';

/** `$all` does not show what persistent subscriptions to `$all` keep for themselves: they would feed on it. */
export const isHiddenInAll = (record: Buffer): boolean =>
  isOfSystemStream(record) && namesOf(record).stream.startsWith(HIDDEN);
