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
  else session.line(`${build} is not there any more: it was dropped before it served.`);
  return EXIT.BAD;
}

const buildOf = (status: ProjectionStatus, name: string): BuildStatus | undefined =>
  status.builds.find(({ build }) => build === name);

interface Outcome {
  readonly serves: boolean;
  readonly status: ProjectionStatus;
}

async function waitUntilItServes(session: Session, name: string, build: string): Promise<Outcome> {
  const progress = session.progress(build);
  let last: BuildStatus | undefined;
  let still = 0;
  let unknown = 0;
  const decide = (status: ProjectionStatus): Outcome | undefined => {
    const seen = buildOf(status, build);
    if (!seen) return last || ++unknown > UNKNOWN_LOOKS ? { serves: false, status } : undefined;
    progress.show({ percent: seen.percent, doing: doing(status) });
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

const doing = ({ eventsPerSecond, progress: { secondsLeft } }: ProjectionStatus): string =>
  secondsLeft === null ? rate(eventsPerSecond) : `${rate(eventsPerSecond)}, ${duration(secondsLeft)} left`;
