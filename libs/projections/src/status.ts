import type { Build, Poison } from './build.js';
import type { Projection } from './define-projection.js';
import type { Feed } from './feed.js';

/** API.md, `GET /projections`. */
export interface ProjectionStatus {
  readonly name: string;
  readonly version: number;
  readonly state: 'LIVE' | 'CATCHING_UP' | 'REBUILDING' | 'STOPPED' | 'STANDBY';
  readonly position: string | null;
  readonly lagSeconds: number;
  readonly eventsPerSecond: number;
  readonly progress: {
    readonly handled: number;
    readonly total: number | null;
    readonly percent: number;
    readonly secondsLeft: number | null;
  };
  readonly parked: number;
  readonly lastError: string | null;
  /** The event that it stands still at, and why. */
  readonly stoppedAt: (Omit<Poison, 'position'> & { readonly position: string }) | null;
}

interface Surroundings {
  /** Another build that is being filled beside the one that serves. */
  readonly filling: Build | undefined;
  readonly now: Date;
  /** The furthest position of the log that is known. */
  readonly end: bigint;
  readonly perSecond: number;
  readonly problem: string | null;
}

/** What one projection says of itself. Lag is time: 0 when caught up, else the age of the oldest event not yet handled. */
export function statusOf(
  { name, version }: Projection,
  build: Build | undefined,
  feed: Feed | undefined,
  { filling, now, end, perSecond, problem }: Surroundings,
): ProjectionStatus {
  const poison = build?.poison;
  const state = stateOf(build, feed, filling);
  const position = build?.position ?? -1n;
  const progressing = filling ?? build;
  const handled = Number(progressing?.handled ?? 0n);
  const reached = Number(progressing?.position ?? -1n) / Number(end);
  const done = state === 'LIVE' || end <= 0n ? 1 : Math.min(1, Math.max(0, reached));
  const total = state === 'LIVE' ? handled : done > 0 ? Math.round(handled / done) : null;
  const poisonError = poison ? `${poison.type} at ${poison.position}: ${poison.error}` : null;
  return {
    ...{
      name,
      version,
      state,
      position: position < 0n ? null : String(position),
      eventsPerSecond: perSecond,
      parked: 0,
    },
    lagSeconds: feed?.oldest ? Math.max(0, (now.getTime() - feed.oldest.getTime()) / 1_000) : 0,
    progress: {
      ...{ handled, total, percent: Math.floor(done * 100) },
      secondsLeft:
        state === 'LIVE' ? 0 : total !== null && perSecond > 0 ? Math.ceil((total - handled) / perSecond) : null,
    },
    stoppedAt: poison ? { ...poison, position: String(poison.position) } : null,
    lastError: poisonError ?? build?.lastError ?? problem,
  };
}

function stateOf(
  build: Build | undefined,
  feed: Feed | undefined,
  filling: Build | undefined,
): ProjectionStatus['state'] {
  if (build?.poison) return 'STOPPED';
  if (filling) return 'REBUILDING';
  if (!build || !feed) return 'CATCHING_UP';
  return feed.live ? 'LIVE' : 'CATCHING_UP';
}
