import streams from '@eventstore/db-client/generated/streams_pb.js';
import { BadRequest, unknown } from '../server/errors.js';
import { compileFilter } from './filter.js';
import type { Filter } from './filter.js';

/** Where a read or subscription begins; what is said to be 2^64−1 is the end. */
export type From = 'start' | 'end' | number;

export interface ReadRequest {
  /** Undefined: `$all`. */
  stream: string | undefined;
  from: From;
  backwards: boolean;
  resolveLinks: boolean;
  structuredIds: boolean;
  /** Undefined: a subscription. */
  count: number | undefined;
  filter: { filter: Filter; checkpointEvery: number } | undefined;
}

const END = String(2n ** 64n - 1n);
const DEFAULT_WINDOW = 32;
const {
  Options: { StreamOptionCase, CountOptionCase, FilterOptionCase },
} = streams.ReadReq;

/** Throws {@link BadRequest} for what cannot be combined or is missing. */
export const parseReadRequest = (request: streams.ReadReq): ReadRequest => {
  const options = request.getOptions();
  if (!options) throw new BadRequest('A read needs options.');
  const { stream, from } = parseSource(options);
  const backwards = options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS;
  const count = parseCount(options);
  const filter = parseFilter(options, count === undefined);
  if (count === undefined && backwards) throw new BadRequest('A subscription cannot go backwards.');
  if (filter && stream !== undefined) throw new BadRequest('Only $all can be filtered.');
  if (stream !== undefined && count !== undefined && from === 'end' && !backwards)
    throw unknown('A stream cannot be read forwards from its end.');
  const structuredIds = options.getUuidOption()?.hasStructured() ?? false;
  return { stream, from, backwards, resolveLinks: options.getResolveLinks(), structuredIds, count, filter };
};

const parseSource = (options: streams.ReadReq.Options): { stream: string | undefined; from: From } => {
  if (options.getStreamOptionCase() === StreamOptionCase.STREAM) {
    const source = options.getStream();
    const stream = Buffer.from(source?.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString('utf8');
    if (stream === '') throw new BadRequest('A stream needs a name.');
    if (source?.hasStart()) return { stream, from: 'start' };
    if (source?.hasEnd()) return { stream, from: 'end' };
    if (source?.hasRevision()) return { stream, from: fromRevision(source.getRevision()) };
    throw new BadRequest('A read needs to say where it begins.');
  }
  if (options.getStreamOptionCase() !== StreamOptionCase.ALL) throw new BadRequest('A read needs a stream or $all.');
  const source = options.getAll();
  if (source?.hasStart()) return { stream: undefined, from: 'start' };
  if (source?.hasEnd()) return { stream: undefined, from: 'end' };
  const position = source?.getPosition();
  if (!position) throw new BadRequest('A read needs to say where it begins.');
  return { stream: undefined, from: fromPosition(position.getCommitPosition(), position.getPreparePosition()) };
};

const bounded = (value: string): number => Math.min(Number(value), Number.MAX_SAFE_INTEGER - 1);

export const fromRevision = (revision: string): From => (revision === END ? 'end' : bounded(revision));

export const fromPosition = (commit: string, prepare: string): From => {
  if (commit === END && prepare === END) return 'end';
  if (BigInt(commit) < BigInt(prepare) || BigInt(commit) >= 2n ** 63n)
    throw new BadRequest(`There is no position ${commit}/${prepare}.`);
  return bounded(commit);
};

const parseCount = (options: streams.ReadReq.Options): number | undefined => {
  const kind = options.getCountOptionCase();
  if (kind === CountOptionCase.COUNT) return Number(options.getCount());
  if (kind === CountOptionCase.SUBSCRIPTION) return undefined;
  throw new BadRequest('A read needs a count, or to be a subscription.');
};

const parseFilter = (options: streams.ReadReq.Options, subscription: boolean): ReadRequest['filter'] => {
  const kind = options.getFilterOptionCase();
  if (kind === FilterOptionCase.NO_FILTER) return undefined;
  const filter = options.getFilter();
  if (!filter) throw new BadRequest('A read needs a filter, or to say that it has none.');
  const multiplier = filter.getCheckpointintervalmultiplier();
  if (subscription && multiplier === 0) throw new BadRequest('The checkpoint interval must be at least 1.');
  if (filter.hasMax() && filter.getMax() === 0) throw new BadRequest('The search window must be at least 1.');
  if (!filter.hasMax() && !filter.hasCount()) throw new BadRequest('A filter needs a search window.');
  return {
    filter: filterOf(filter),
    checkpointEvery: (filter.hasMax() ? filter.getMax() : DEFAULT_WINDOW) * Math.max(multiplier, 1),
  };
};

/** The message of a filter, which Read and persistent subscriptions have each their own class of. */
export interface FilterMessage {
  getStreamIdentifier(): ExpressionMessage | undefined;
  getEventType(): ExpressionMessage | undefined;
}

interface ExpressionMessage {
  getRegex(): string;
  getPrefixList(): string[];
}

export const filterOf = (message: FilterMessage): Filter => {
  const byStream = message.getStreamIdentifier();
  const expression = byStream ?? message.getEventType();
  if (!expression) throw new BadRequest('A filter needs a stream name or an event type.');
  const on = byStream ? 'stream' : 'type';
  return compileFilter({ on, regex: expression.getRegex(), prefixes: expression.getPrefixList() });
};
