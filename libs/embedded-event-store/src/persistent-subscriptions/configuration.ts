import type { Expression } from '../streams/filter.js';
import type { From } from '../streams/read-request.js';

export const STRATEGIES = ['DispatchToSingle', 'RoundRobin', 'Pinned', 'PinnedByCorrelation'] as const;
export type StrategyName = (typeof STRATEGIES)[number];

/** Settings as a client sends them; times in milliseconds. */
export interface Settings {
  resolveLinks: boolean;
  extraStatistics: boolean;
  /** 0: never. */
  messageTimeout: number;
  maxRetryCount: number;
  checkpointAfter: number;
  minCheckpointCount: number;
  maxCheckpointCount: number;
  /** 0: as many as come. */
  maxSubscriberCount: number;
  liveBufferSize: number;
  readBatchSize: number;
  historyBufferSize: number;
  strategy: StrategyName;
}

/** A persistent subscription as it is stored. */
export interface Configuration {
  /** A stream's name, or `$all`. */
  source: string;
  group: string;
  settings: Settings;
  /** As it was asked for; inclusive. */
  startFrom: From;
  /** The last event that it leaves out: a revision, or for `$all` a position; "the end" was where it was just then. */
  after: number;
  /** For `$all` only. */
  filter?: Expression;
}

export const ALL = '$all';

export const isAll = ({ source }: { source: string }): boolean => source === ALL;

/** Also the confirmation's id. */
export const keyOf = ({ source, group }: { source: string; group: string }): string => `${source}::${group}`;

export const parkedStreamOf = (configuration: { source: string; group: string }): string =>
  `$persistentsubscription-${keyOf(configuration)}-parked`;
