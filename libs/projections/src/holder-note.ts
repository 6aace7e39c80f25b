import type { Recorded } from '@mo-ledger/event-sourcing';
import type { Build } from './build.js';
import type { BatchFigures, Feed } from './feed.js';

/** An event at which a build stands still, and why. */
export interface StoppedAt {
  readonly eventId: string;
  readonly type: string;
  readonly position: string;
  readonly error: string;
}

/** What only the projector that feeds a build knows of it. The rest is in the database. */
export interface BuildNote {
  /** Whether it is at the end of the log. */
  readonly live: boolean;
  readonly lagSeconds: number;
  readonly eventsPerSecond: number;
  readonly batch: BatchFigures | null;
  readonly stoppedAt: StoppedAt | null;
  readonly lastError: string | null;
}

/** What the projector that holds a projection leaves for those who ask in other processes. */
export interface HolderNote {
  /** The furthest position of the log that it knows of. */
  readonly end: string | null;
  readonly problem: string | null;
  /** By schema. */
  readonly builds: Readonly<Record<string, BuildNote>>;
}

/** A build that receives events, or the record of a build that receives none. */
type Fed = Pick<Build, 'position'> & Partial<Pick<Build, 'poison' | 'lastError' | 'perSecond'>>;

export type LogEnd = Pick<Recorded, 'position' | 'created'> | null;

const NOT_FED = 'its version is not known to this program any more: it is not fed';

/** @param feed what feeds the build now, if anything does */
export function noteOf(
  { position, poison = null, lastError = NOT_FED, perSecond = 0 }: Fed,
  feed: Feed | undefined,
  end: LogEnd,
  now: Date,
): BuildNote {
  const { event, error = '' } = poison ?? {};
  const stoppedAt = event ? { eventId: event.id, type: event.type, position: String(event.position), error } : null;
  // Without a feed it is at least as old as the end of the log.
  const atLeast = !feed?.live && end && end.position > position ? end.created : now;
  const since = event?.created ?? feed?.oldest ?? atLeast;
  return {
    // On its way from one feed to another it is no less caught up.
    live: feed?.live || (end !== null && position >= end.position),
    lagSeconds: Math.max(0, (now.getTime() - since.getTime()) / 1_000),
    eventsPerSecond: perSecond,
    batch: feed?.lastBatch ?? null,
    stoppedAt,
    lastError: stoppedAt ? `${stoppedAt.type} at ${stoppedAt.position}: ${stoppedAt.error}` : lastError,
  };
}
