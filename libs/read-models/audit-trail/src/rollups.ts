import { hash as hashOf } from 'node:crypto';
import type { RowsOf } from '@mo-ledger/projections';
import type { AttemptOutcome } from './attempt.js';
import type { auditTables } from './audit-trail.tables.js';
import { countDevices, deviceHash, NO_DEVICES, withDevices } from './device-sketch.js';

export const DIMENSIONS = ['carrier', 'channel', 'router', 'code'] as const;
export type Dimension = (typeof DIMENSIONS)[number];
export type Values = Readonly<Record<Dimension, string | null>>;

export const INTERVALS = ['HOUR', 'DAY'] as const;
export type Interval = (typeof INTERVALS)[number];
export const LENGTH_MS: Readonly<Record<Interval, number>> = { HOUR: 3_600_000, DAY: 86_400_000 };

/** The begin of the interval that a time is in. */
export const floorTo = (interval: Interval, time: number): number =>
  Math.floor(time / LENGTH_MS[interval]) * LENGTH_MS[interval];

/** A set of dimensions as a number: a bit for each. */
export const maskOf = (dimensions: Iterable<Dimension>): number =>
  [...dimensions].reduce((mask, dimension) => mask | (1 << DIMENSIONS.indexOf(dimension)), 0);

/**
 * The sets of dimensions that are counted by. Every set more is two rows more for each attempt, so only what is asked for most; anything
 * else is added up from the last one, which has them all.
 */
const SETS = ([[], ['carrier'], ['channel'], ['router'], ['code'], ['carrier', 'channel'], DIMENSIONS] as const).map(
  (dimensions: readonly Dimension[]) => ({ dimensions, mask: maskOf(dimensions) }),
);
export const EVERYTHING = maskOf(DIMENSIONS);
export const isCountedBy = (mask: number): boolean => SETS.some((set) => set.mask === mask);

/** What an attempt adds to the rollups. */
export interface Counted {
  readonly at: string;
  readonly organization: string;
  readonly values: Values;
  readonly outcome: AttemptOutcome;
  /** Null where the post has no sender. */
  readonly device: string | null;
}

type Rows = RowsOf<typeof auditTables>;
type Count = 'recorded' | 'duplicates' | 'conflicts' | 'quarantined';
const COUNTS: Readonly<Record<AttemptOutcome, Count>> = {
  RECORDED: 'recorded',
  DUPLICATE: 'duplicates',
  CONFLICT: 'conflicts',
  QUARANTINED: 'quarantined',
};

/** What a batch adds to one row. */
interface Addition {
  readonly counts: Record<Count, number>;
  readonly devices: Set<string>;
}

/** What a batch adds. */
interface Batch {
  readonly additions: Map<string, Addition>;
  /** Those that an attempt counts in, by what they have in common: its hour, organization and values. */
  readonly counting: Map<string, readonly Addition[]>;
}

// An attempt counts in 14 rows, a batch in far fewer: what it adds to a row is added up first, and applied when the row is loaded.
const batches = new WeakMap<Rows, Batch>();

/** Counts an attempt in each interval, by each set of dimensions. */
export function count(attempt: Counted, rows: Rows): void {
  const batch = batches.get(rows) ?? { additions: new Map(), counting: new Map() };
  batches.set(rows, batch);
  const { organization, outcome, values } = attempt;
  const hour = floorTo('HOUR', Date.parse(attempt.at));
  const common = JSON.stringify([hour, organization, values.carrier, values.channel, values.router, values.code]);
  const counting = batch.counting.get(common) ?? additionsOf(batch, hour, organization, values, rows);
  batch.counting.set(common, counting);
  const device = attempt.device === null ? null : deviceHash(attempt.device);
  for (const { counts, devices } of counting) {
    counts[COUNTS[outcome]]++;
    if (device !== null) devices.add(device);
  }
}

function additionsOf(batch: Batch, hour: number, organization: string, values: Values, rows: Rows): Addition[] {
  const written = DIMENSIONS.map((dimension) => JSON.stringify(values[dimension]));
  return INTERVALS.flatMap((interval) => {
    const from = new Date(floorTo(interval, hour)).toISOString();
    return SETS.map(({ mask, dimensions }) => {
      const key = `${interval} ${mask} ${from} ${organization} ${written.filter((_, bit) => mask & (1 << bit)).join()}`;
      const known = batch.additions.get(key);
      if (known) return known;
      const addition = {
        counts: { recorded: 0, duplicates: 0, conflicts: 0, quarantined: 0 },
        devices: new Set<string>(),
      };
      batch.additions.set(key, addition);
      const of = Object.fromEntries(
        DIMENSIONS.map((dimension) => [dimension, dimensions.includes(dimension) ? values[dimension] : null]),
      ) as Values;
      add(hash(key), { interval, mask, from, organization, ...of, sort: sortOf(dimensions, values) }, addition, rows);
      return addition;
    });
  });
}

type Of = {
  readonly interval: string;
  readonly mask: number;
  readonly from: string;
  readonly organization: string;
} & Values;

function add(id: string, of: Of & { readonly sort: string }, { counts, devices: added }: Addition, rows: Rows): void {
  rows.rollups.change({ id }, (row) => {
    const before = row ?? { recorded: 0, duplicates: 0, conflicts: 0, quarantined: 0, devices: NO_DEVICES };
    const devices = withDevices(before.devices, added);
    return {
      ...{ id, ...of, distinct_devices: countDevices(devices), devices },
      recorded: before.recorded + counts.recorded,
      duplicates: before.duplicates + counts.duplicates,
      conflicts: before.conflicts + counts.conflicts,
      quarantined: before.quarantined + counts.quarantined,
    };
  });
}

const SORTED_CHARACTERS = 24;

/** The order of an interval's rows, and a short name for each: the beginnings of its values, then a hash of the whole. */
export function sortOf(dimensions: readonly Dimension[], values: Values): string {
  const of = dimensions.map((dimension) => values[dimension]);
  const beginnings = of.map((value) => [...(value ?? '').slice(0, SORTED_CHARACTERS)].join('').toWellFormed());
  return [...beginnings, hash(JSON.stringify(of))].join(' ');
}

const hash = (text: string): string => hashOf('sha256', text, 'base64url').slice(0, 22);
