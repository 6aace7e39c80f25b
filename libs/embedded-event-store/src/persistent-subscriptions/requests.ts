// What comes in by the wire, as configurations and names.
import messages from '@eventstore/db-client/generated/persistent_pb.js';
import { BadRequest } from '../server/errors.js';
import type { Expression } from '../streams/filter.js';
import { compileFilter } from '../streams/filter.js';
import { fromPosition, fromRevision } from '../streams/read-request.js';
import type { From } from '../streams/read-request.js';
import { ALL, STRATEGIES } from './configuration.js';
import type { Settings, StrategyName } from './configuration.js';
import { failed } from './errors.js';
import type { GroupName } from './errors.js';

type Options = messages.CreateReq.Options | messages.UpdateReq.Options;
type SettingsMessage = messages.CreateReq.Settings | messages.UpdateReq.Settings;

interface StreamIdentifier {
  getStreamName_asU8(): Uint8Array;
}

const nameOf = (identifier: StreamIdentifier | undefined): string =>
  Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8');

/** Every request names its source in the same two fields. */
export const groupNameOf = (
  options:
    { hasAll(): boolean; getStreamIdentifier(): StreamIdentifier | undefined; getGroupName(): string } | undefined,
): GroupName => {
  if (!options) throw new BadRequest('The request needs options.');
  return { source: options.hasAll() ? ALL : nameOf(options.getStreamIdentifier()), group: options.getGroupName() };
};

export interface Wanted extends GroupName {
  settings: Settings;
  startFrom: From;
  filter?: Expression;
}

const TICKS_PER_MILLISECOND = 10_000;

const strategyOf = (name: GroupName, settings: SettingsMessage): StrategyName => {
  const text = 'getConsumerStrategy' in settings ? settings.getConsumerStrategy() : '';
  const wanted = text || STRATEGIES[settings.getNamedConsumerStrategy()];
  const strategy = STRATEGIES.find((known) => known === wanted);
  if (!strategy)
    throw failed(name, `Consumer strategy ${wanted ?? settings.getNamedConsumerStrategy()} does not exist.`);
  return strategy;
};

const settingsOf = (name: GroupName, message: SettingsMessage): Settings => {
  const settings: Settings = {
    resolveLinks: message.getResolveLinks(),
    extraStatistics: message.getExtraStatistics(),
    messageTimeout: message.hasMessageTimeoutTicks()
      ? Number(message.getMessageTimeoutTicks()) / TICKS_PER_MILLISECOND
      : message.getMessageTimeoutMs(),
    maxRetryCount: message.getMaxRetryCount(),
    checkpointAfter: message.hasCheckpointAfterTicks()
      ? Number(message.getCheckpointAfterTicks()) / TICKS_PER_MILLISECOND
      : message.getCheckpointAfterMs(),
    minCheckpointCount: message.getMinCheckpointCount(),
    maxCheckpointCount: message.getMaxCheckpointCount(),
    maxSubscriberCount: message.getMaxSubscriberCount(),
    liveBufferSize: message.getLiveBufferSize(),
    readBatchSize: message.getReadBatchSize(),
    historyBufferSize: message.getHistoryBufferSize(),
    strategy: strategyOf(name, message),
  };
  if (settings.readBatchSize >= settings.historyBufferSize)
    throw failed(name, 'Message batch size must be smaller than the buffer size.');
  return settings;
};

/** What a Create or Update request asks for; what it cannot have is a failed persistent subscription. */
export const parseWanted = (options: Options | undefined): Wanted => {
  if (!options) throw new BadRequest('The request needs options.');
  const name = sourceOf(options);
  if (name.source === '') throw failed(name, 'Bad stream name.');
  const message = options.getSettings();
  if (!message) throw new BadRequest('The request needs settings.');
  const filter = name.source === ALL ? filterOf(options) : undefined;
  return {
    ...name,
    settings: settingsOf(name, message),
    startFrom: startOf(options, message),
    ...(filter && { filter }),
  };
};

const sourceOf = (options: Options): GroupName => {
  if (options.hasAll()) return { source: ALL, group: options.getGroupName() };
  const identifier = options.getStream()?.getStreamIdentifier() ?? options.getStreamIdentifier();
  return { source: nameOf(identifier), group: options.getGroupName() };
};

const startOf = (options: Options, settings: SettingsMessage): From => {
  const all = options.getAll();
  if (all) {
    const position = all.getPosition();
    if (position) return fromPosition(position.getCommitPosition(), position.getPreparePosition());
    return all.hasEnd() ? 'end' : 'start';
  }
  const stream = options.getStream();
  if (!stream) return fromStart(settings.getRevision());
  if (stream.hasRevision()) return fromStart(stream.getRevision());
  return stream.hasEnd() ? 'end' : 'start';
};

const fromStart = (revision: string): From => (revision === '0' ? 'start' : fromRevision(revision));

const filterOf = (options: Options): Expression | undefined => {
  const all = options.getAll();
  const filter = all && 'getFilter' in all ? all.getFilter() : undefined;
  if (!filter) return undefined;
  const byStream = filter.getStreamIdentifier();
  const expression = byStream ?? filter.getEventType();
  if (!expression) throw new BadRequest('A filter needs a stream name or an event type.');
  const parsed: Expression = {
    on: byStream ? 'stream' : 'type',
    regex: expression.getRegex(),
    prefixes: expression.getPrefixList(),
  };
  compileFilter(parsed);
  return parsed;
};
