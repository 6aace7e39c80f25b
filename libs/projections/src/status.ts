import type { Recorded } from '@mo-ledger/event-sourcing';
import type { Build } from './build.js';
import type { FailurePolicy, Projection } from './define-projection.js';
import type { BatchFigures, Feed } from './feed.js';
import type { BuildRecord } from './registry.js';

/** API.md, `GET /projections`. */
export interface ProjectionStatus {
  readonly name: string;
  /** Of the build that serves. */
  readonly version: number;
  readonly state: 'LIVE' | 'CATCHING_UP' | 'REBUILDING' | 'STOPPED' | 'STANDBY';
  readonly position: string | null;
  /** Age of the oldest event that is not handled; 0 when caught up. */
  readonly lagSeconds: number;
  /** From its position to the end of the log, in the log's own positions: no count of events. */
  readonly gap: string;
  readonly eventsPerSecond: number;
  /** The last batch. */
  readonly batch: BatchFigures | null;
  readonly progress: Progress;
  readonly parked: number;
  readonly lastError: string | null;
  /** The event that it stands still at, and why. */
  readonly stoppedAt: {
    readonly eventId: string;
    readonly type: string;
    readonly position: string;
    readonly error: string;
  } | null;
  readonly onFailure: FailurePolicy;
  /** Who works on it. */
  readonly projector: string | null;
  readonly builds: readonly BuildStatus[];
}

export interface Progress {
  readonly handled: number;
  readonly total: number | null;
  readonly percent: number;
  readonly secondsLeft: number | null;
}

/** One build of a projection; a KEPT one is fed for as long as its version is known to this program. */
export interface BuildStatus {
  readonly build: string;
  readonly version: number;
  readonly state: 'SERVING' | 'FILLING' | 'KEPT';
  readonly position: string | null;
  readonly handled: number;
  readonly percent: number;
  readonly parked: number;
  /** The event that it stands still at, and why. */
  readonly lastError: string | null;
}

/** A build, what it is to its projection, and what feeds it. */
export interface BuildAtWork {
  readonly build: Build;
  readonly state: BuildStatus['state'];
  readonly feed: Feed | undefined;
}

export interface Surroundings {
  /** Builds whose version this program does not know, so that they are not fed. */
  readonly unfed: readonly BuildRecord[];
  readonly now: Date;
  /** The furthest event of the log that is known. */
  readonly end: Pick<Recorded, 'position' | 'created'> | null;
  readonly problem: string | null;
  readonly projector: string;
}

/** What one projection says of itself. */
export function statusOf(
  projection: Projection,
  builds: readonly BuildAtWork[],
  { unfed, now, end, problem, projector }: Surroundings,
): ProjectionStatus {
  const serving = builds.find(({ state }) => state === 'SERVING');
  const filling = builds.find(({ state }) => state === 'FILLING');
  const state = stateOf(serving, filling, end);
  const { build } = serving ?? {};
  const poison = build?.poison;
  const frozen = unfed.find((record) => record.serving);
  const position = build?.position ?? frozen?.position ?? -1n;
  const stoppedAt = poison
    ? {
        ...{ eventId: poison.event.id, type: poison.event.type, position: String(poison.event.position) },
        error: poison.error,
      }
    : null;
  return {
    ...{ name: projection.name, version: build?.definition.version ?? frozen?.version ?? projection.version, state },
    ...{ position: shown(position), lagSeconds: lagOf(serving, position, now, end), gap: gapOf(position, end) },
    ...{ eventsPerSecond: (filling ?? serving)?.build.perSecond ?? 0 },
    batch: (filling?.feed ?? serving?.feed)?.lastBatch ?? null,
    progress: progressOf((filling ?? serving)?.build, state === 'LIVE', end),
    parked: build?.parked ?? 0,
    ...{ stoppedAt, lastError: errorOf(serving) ?? errorOf(filling) ?? problem },
    ...{ onFailure: projection.onFailure, projector },
    builds: [
      ...unfed.map(({ schema, version, ...one }): BuildStatus => ({
        ...{ build: schema, version, state: one.serving ? 'SERVING' : 'KEPT', position: shown(one.position) },
        ...{ handled: Number(one.handled), percent: percentOf(one.position, end), parked: 0 },
        lastError: 'its version is not known to this program any more: it is not fed',
      })),
      ...builds.map(({ build: one, state: role }): BuildStatus => ({
        ...{ build: one.schema, version: one.definition.version, state: role, position: shown(one.position) },
        ...{ handled: Number(one.handled), percent: percentOf(one.position, end), parked: one.parked },
        lastError: errorOf({ build: one }),
      })),
    ],
  };
}

function stateOf(
  serving: BuildAtWork | undefined,
  filling: BuildAtWork | undefined,
  end: Surroundings['end'],
): ProjectionStatus['state'] {
  if (serving?.build.poison) return 'STOPPED';
  if (filling) return 'REBUILDING';
  if (!serving) return 'CATCHING_UP';
  // On its way from one feed to another it is no less caught up.
  return serving.feed?.live || (end && serving.build.position >= end.position) ? 'LIVE' : 'CATCHING_UP';
}

/** Lag is time: 0 when caught up, else the age of the oldest event not yet handled. A quiet log has none. */
function lagOf(serving: BuildAtWork | undefined, position: bigint, now: Date, end: Surroundings['end']): number {
  const age = (since: Date): number => Math.max(0, (now.getTime() - since.getTime()) / 1_000);
  if (serving?.build.poison) return age(serving.build.poison.event.created);
  if (serving?.feed?.oldest) return age(serving.feed.oldest);
  // Not fed yet: at least as old as the end of the log is.
  return !serving?.feed?.live && end && end.position > position ? age(end.created) : 0;
}

function progressOf(build: Build | undefined, live: boolean, end: Surroundings['end']): Progress {
  const handled = Number(build?.handled ?? 0n);
  if (live) return { handled, total: handled, percent: 100, secondsLeft: 0 };
  const done = doneOf(build?.position ?? -1n, end);
  const total = done > 0 ? Math.round(handled / done) : null;
  const rate = build?.perSecond ?? 0;
  return {
    ...{ handled, total, percent: Math.floor(done * 100) },
    secondsLeft: total !== null && rate > 0 ? Math.ceil((total - handled) / rate) : null,
  };
}

const doneOf = (position: bigint, end: Surroundings['end']): number =>
  !end || end.position <= 0n ? 1 : Math.min(1, Math.max(0, Number(position) / Number(end.position)));
/** How far a position is, in percent of the log. */
export const percentOf = (position: bigint, end: Surroundings['end']): number =>
  Math.floor(doneOf(position, end) * 100);
const shown = (position: bigint): string | null => (position < 0n ? null : String(position));

function gapOf(position: bigint, end: Surroundings['end']): string {
  const from = position < 0n ? 0n : position;
  return String(end && end.position > from ? end.position - from : 0n);
}

function errorOf(one: Pick<BuildAtWork, 'build'> | undefined): string | null {
  const poison = one?.build.poison;
  if (poison) return `${poison.event.type} at ${poison.event.position}: ${poison.error}`;
  return one?.build.lastError ?? null;
}
