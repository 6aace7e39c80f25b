import type { BuildStatus, ProjectionStatus } from '../answers.js';
import { path } from '../ledger.js';
import { EXIT, typed, type Session } from '../session.js';
import { counted, duration, rate } from '../units.js';
import { tellWhyStopped } from './list.js';

/** So many looks in a row at a build that does not move, of a projection that says it is stopped, and it will not move any more. */
const STILL_LOOKS = 10;
/** So many looks at a projection that does not tell of the build it was asked for. */
const UNKNOWN_LOOKS = 60;

/** `mo projections rebuild NAME`: waits until the new build serves; 1 where it will not. */
export async function rebuildProjection(session: Session, name: string, { wait }: { wait: boolean }): Promise<number> {
  const { build } = (await session.ledger.post<{ build: string }>(path`/projections/${name}/rebuild`)).body;
  if (!wait) {
    session.value({ build });
    session.line(`${build} is being filled; it serves once it is as far as the one that does.`);
    session.line(`  to see how far it is  ${typed(`projections show ${name}`)}`);
    return EXIT.OK;
  }
  const { serves, status } = await waitUntilItServes(session, name, build);
  session.value({ build, serves, projection: status });
  const built = buildOf(status, build);
  if (serves) {
    session.line(`${build} serves now, made of ${counted(built?.handled ?? 0, 'event')}.`);
    return EXIT.OK;
  }
  if (status.state === 'STOPPED') tellWhyStopped(session, status);
  else if (built) session.line(`${build} does not serve: another build took its place, and it is kept.`);
  else if (!tellsOfBuilds(status)) session.line(`What became of ${build} is not known: no projector has ${name}.`);
  else session.line(`${build} is not there any more: it was dropped before it served.`);
  return EXIT.BAD;
}

const buildOf = (status: ProjectionStatus, name: string): BuildStatus | undefined =>
  status.builds.find(({ build }) => build === name);

/** A projection that nobody has just now, or whose projector has only begun, knows nothing of its builds. */
const tellsOfBuilds = ({ state, builds }: ProjectionStatus): boolean => state !== 'STANDBY' && builds.length > 0;

interface Outcome {
  readonly serves: boolean;
  readonly status: ProjectionStatus;
}

async function waitUntilItServes(session: Session, name: string, build: string): Promise<Outcome> {
  const progress = session.progress(build);
  const handled = new Set<number>();
  let last: BuildStatus | undefined;
  let still = 0;
  let unknown = 0;
  const decide = (status: ProjectionStatus): Outcome | undefined => {
    const seen = buildOf(status, build);
    if (!seen) {
      const dropped = last !== undefined && tellsOfBuilds(status);
      return dropped || ++unknown > UNKNOWN_LOOKS ? { serves: false, status } : undefined;
    }
    unknown = 0;
    // Of a single figure the ledger can only guess how long the rest takes.
    const estimated = handled.add(seen.handled).size > 1;
    progress.show({ percent: seen.percent, doing: doing(status, estimated) });
    if (seen.state !== 'FILLING') return { serves: seen.state === 'SERVING', status };
    // The one that serves may be what stands still: the new one is filled all the same.
    still = status.state === 'STOPPED' && seen.position === last?.position ? still + 1 : 0;
    last = seen;
    return still >= STILL_LOOKS ? { serves: false, status } : undefined;
  };
  try {
    return await session.until(() => session.ledger.get<ProjectionStatus>(path`/projections/${name}`), decide);
  } finally {
    progress.end();
  }
}

const doing = ({ eventsPerSecond, progress: { secondsLeft } }: ProjectionStatus, estimated: boolean): string =>
  secondsLeft === null || !estimated
    ? rate(eventsPerSecond)
    : `${rate(eventsPerSecond)}, ${duration(secondsLeft)} left`;
