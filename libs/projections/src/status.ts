import type { FailurePolicy, Projection } from './define-projection.js';
import type { BatchFigures } from './feed.js';
import type { HolderNote, StoppedAt } from './holder-note.js';
import { NOTHING_YET, type BuildRecord } from './registry.js';

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
  readonly stoppedAt: StoppedAt | null;
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

/** Who works on a projection. */
export interface Work {
  readonly projector: string | null;
  readonly note: HolderNote | null;
  /** Where it is not for the one who is asked to say how it goes on. */
  readonly state?: 'STANDBY' | 'STOPPED' | 'CATCHING_UP';
  readonly problem?: string | null;
  /** Since the last word of a projector that is gone. */
  readonly silentSeconds?: number;
}

/** The status of a projection: how far its builds are is what the database says, the rest is its projector's note. */
export function statusOf(
  { name, version, onFailure }: Projection,
  builds: readonly BuildRecord[],
  { projector, note, problem = null, silentSeconds = 0, ...work }: Work,
): ProjectionStatus {
  const serving = builds.find((build) => build.serving);
  const filling = builds.find((build) => roleOf(build) === 'FILLING');
  const shown = serving ?? filling;
  const progressing = filling ?? serving;
  const noteOn = (build: BuildRecord | undefined) => (build && note?.builds[build.schema]) ?? null;
  const [aboutShown, aboutProgressing] = [noteOn(shown), noteOn(progressing)];
  const state = work.state ?? stateOf(serving, filling, note);
  // A first build is behind the log that there was when it was made, whatever its projector has said.
  const end = builds.reduce(
    (most, build) => (build.servesFrom > most ? build.servesFrom : most),
    BigInt(note?.end ?? -1),
  );
  const position = shown?.position ?? NOTHING_YET;
  const eventsPerSecond = silentSeconds > 0 ? 0 : (aboutProgressing?.eventsPerSecond ?? 0);
  return {
    name,
    version: shown?.version ?? version,
    state,
    position: toText(position),
    lagSeconds: (aboutShown?.lagSeconds ?? 0) + silentSeconds,
    gap: String(end > position ? end - (position < 0n ? 0n : position) : 0n),
    eventsPerSecond,
    batch: (aboutProgressing ?? aboutShown)?.batch ?? null,
    progress: progressOf(progressing, eventsPerSecond, state === 'LIVE' ? null : end),
    parked: shown?.parked ?? 0,
    lastError: problem ?? aboutShown?.lastError ?? aboutProgressing?.lastError ?? note?.problem ?? null,
    stoppedAt: aboutShown?.stoppedAt ?? null,
    onFailure,
    projector,
    builds: builds.map((build) => ({
      build: build.schema,
      version: build.version,
      state: roleOf(build),
      position: toText(build.position),
      handled: Number(build.handled),
      percent: percentOf(build.position, end),
      parked: build.parked,
      lastError: noteOn(build)?.lastError ?? null,
    })),
  };
}

function stateOf(
  serving: BuildRecord | undefined,
  filling: BuildRecord | undefined,
  note: HolderNote | null,
): ProjectionStatus['state'] {
  const shown = serving ?? filling;
  const about = shown && note?.builds[shown.schema];
  if (about?.stoppedAt) return 'STOPPED';
  if (!note || !serving) return 'CATCHING_UP';
  if (filling) return 'REBUILDING';
  return about?.live ? 'LIVE' : 'CATCHING_UP';
}

const roleOf = ({ serving, takesOver }: BuildRecord): BuildStatus['state'] =>
  serving ? 'SERVING' : takesOver ? 'FILLING' : 'KEPT';

/** @param end null where it is reached */
function progressOf(build: BuildRecord | undefined, perSecond: number, end: bigint | null): Progress {
  const handled = Number(build?.handled ?? 0n);
  if (end === null) return { handled, total: handled, percent: 100, secondsLeft: 0 };
  const done = build ? doneOf(build.position, end) : 0;
  const total = done > 0 ? Math.round(handled / done) : null;
  const secondsLeft = total !== null && perSecond > 0 ? Math.ceil((total - handled) / perSecond) : null;
  return { handled, total, percent: Math.floor(done * 100), secondsLeft };
}

const doneOf = (position: bigint, end: bigint): number =>
  end <= 0n ? 1 : Math.min(1, Math.max(0, Number(position) / Number(end)));

/** How far a position is, in percent of the log. */
export const percentOf = (position: bigint, end: bigint): number => Math.floor(doneOf(position, end) * 100);

const toText = (position: bigint): string | null => (position < 0n ? null : String(position));
