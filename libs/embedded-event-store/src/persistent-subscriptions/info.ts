import messages from '@eventstore/db-client/generated/persistent_pb.js';
import type { From } from '../streams/read-request.js';
import { isAll } from './configuration.js';
import type { Consumer } from './consumer.js';
import type { Group } from './group.js';
import { sequenceText } from './source.js';

const startText = (all: boolean, from: From): string => {
  const text = from === 'start' ? '0' : from === 'end' ? '-1' : String(from);
  return all ? `C:${text}/P:${text}` : text;
};

/** A group's settings, counts and connections, as GetInfo and List show them. */
export const infoOf = (group: Group): messages.SubscriptionInfo => {
  const { configuration, counts, progress } = group;
  const { source, settings } = configuration;
  const info = new messages.SubscriptionInfo();
  info.setEventSource(source);
  info.setGroupName(configuration.group);
  info.setStatus(group.live ? 'Live' : 'Behind, OutstandingPageRequest');
  info.setConnectionsList(group.consumers.map((consumer) => connectionOf(consumer, settings.extraStatistics)));
  info.setAveragePerSecond(group.perSecond);
  info.setTotalItems(String(group.total));
  info.setCountSinceLastMeasurement(String(group.sinceMeasurement));
  info.setLastCheckpointedEventPosition(sequenceText(source, group.checkpoint ?? -1));
  info.setLastKnownEventPosition(sequenceText(source, Math.max(group.source.last(), progress.cursor)));
  info.setResolveLinkTos(settings.resolveLinks);
  info.setStartFrom(startText(isAll(configuration), configuration.startFrom));
  info.setMessageTimeoutMilliseconds(settings.messageTimeout);
  info.setExtraStatistics(settings.extraStatistics);
  info.setMaxRetryCount(settings.maxRetryCount);
  info.setLiveBufferSize(settings.liveBufferSize);
  info.setBufferSize(settings.historyBufferSize);
  info.setReadBatchSize(settings.readBatchSize);
  info.setCheckPointAfterMilliseconds(settings.checkpointAfter);
  info.setMinCheckPointCount(settings.minCheckpointCount);
  info.setMaxCheckPointCount(settings.maxCheckpointCount);
  info.setReadBufferCount(counts.buffered);
  info.setLiveBufferCount('0');
  info.setRetryBufferCount(counts.retries);
  info.setTotalInFlightMessages(group.consumers.reduce((sum, { inFlight }) => sum + inFlight.size, 0));
  info.setOutstandingMessagesCount(counts.outstanding);
  info.setNamedConsumerStrategy(settings.strategy);
  info.setMaxSubscriberCount(settings.maxSubscriberCount);
  info.setParkedMessageCount(String(group.parked.count));
  return info;
};

const connectionOf = (consumer: Consumer, extraStatistics: boolean): messages.SubscriptionInfo.ConnectionInfo => {
  const info = new messages.SubscriptionInfo.ConnectionInfo();
  info.setFrom(consumer.options.from);
  info.setUsername(consumer.options.user);
  info.setAverageItemsPerSecond(consumer.perSecond);
  info.setTotalItems(String(consumer.total));
  info.setCountSinceLastMeasurement(String(consumer.sinceMeasurement));
  info.setAvailableSlots(consumer.availableSlots);
  info.setInFlightMessages(consumer.inFlight.size);
  info.setConnectionName(consumer.options.connectionName);
  if (extraStatistics) info.setObservedMeasurementsList(measurementsOf(consumer.latencies));
  return info;
};

const QUANTILES: readonly (readonly [name: string, share: number])[] = [
  ['Fastest', 0],
  ['Quintile 1', 0.2],
  ['Quintile 2', 0.4],
  ['Median', 0.5],
  ['Quintile 3', 0.6],
  ['Quintile 4', 0.8],
  ['Quintile 5', 1],
  ['90%', 0.9],
  ['95%', 0.95],
  ['99%', 0.99],
  ['99.5%', 0.995],
  ['99.9%', 0.999],
  ['Highest', 1],
];

/** How long the consumer took for its latest events, in milliseconds. */
const measurementsOf = (latencies: readonly number[]): messages.SubscriptionInfo.Measurement[] => {
  if (latencies.length === 0) return [];
  const sorted = latencies.toSorted((a, b) => a - b);
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  const values = [['Mean', mean] as const, ...QUANTILES.map(([name, share]) => [name, at(share)] as const)];
  return values.map(([name, value]) => {
    const measurement = new messages.SubscriptionInfo.Measurement();
    measurement.setKey(name);
    measurement.setValue(String(Math.round(value)));
    return measurement;
  });
};
