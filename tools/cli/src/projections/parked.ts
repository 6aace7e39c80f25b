import type { Page, ParkedEvent, ProjectionStatus } from '../answers.js';
import { path } from '../ledger.js';
import { EXIT, typed, type Session } from '../session.js';
import type { Column } from '../table.js';
import { counted, instant } from '../units.js';
import { tellWhyStopped } from './list.js';

/** So many looks in a row at parked events that do not change, and they will not change any more. */
const STILL_LOOKS = 20;

const COLUMNS: readonly Column<ParkedEvent>[] = [
  { title: 'POSITION', text: ({ position }) => position, figure: true },
  { title: 'TYPE', text: ({ type }) => type, gives: true },
  { title: 'PARKED AT', text: ({ parkedAt }) => instant(parkedAt) },
  { title: 'WHY', text: ({ behind, error }) => (behind ? `behind one that is parked` : error), gives: true },
];

const statusOf = (session: Session, name: string) => session.ledger.get<ProjectionStatus>(path`/projections/${name}`);
const parkedOf = (session: Session, name: string) =>
  session.ledger.get<Page<ParkedEvent>>(path`/projections/${name}/parked`);

/** `mo projections parked NAME` */
export async function listParked(session: Session, name: string): Promise<number> {
  const page = await parkedOf(session, name);
  session.value(page);
  session.table(COLUMNS, page.items, `${name} has parked nothing.`);
  if (page.next !== null) session.line('… and more behind them');
  if (page.items.length > 0) {
    session.line();
    session.line(`  to try them again  ${typed(`projections replay ${name}`)}`);
  }
  return EXIT.OK;
}

/** `mo projections park NAME` */
export async function parkEvent(session: Session, name: string): Promise<number> {
  const { stoppedAt } = await statusOf(session, name);
  await session.ledger.post(path`/projections/${name}/park`);
  session.value({ parked: stoppedAt });
  const what = stoppedAt ? `${stoppedAt.type} at position ${stoppedAt.position}` : 'The event';
  session.line(`${what} is parked, and ${name} goes on.`);
  session.line(`  to try it again  ${typed(`projections replay ${name}`)}`);
  return EXIT.OK;
}

/** `mo projections replay NAME`: waits until nothing is parked any more; 1 where an event fails again. */
export async function replayParked(session: Session, name: string): Promise<number> {
  const before = (await parkedOf(session, name)).items;
  const url = path`/projections/${name}/parked/replay`;
  const { replaying } = (await session.ledger.post<{ replaying: number }>(url)).body;
  if (replaying === 0) {
    session.value({ replaying, left: 0, failed: null });
    session.line(`${name} has parked nothing.`);
    return EXIT.OK;
  }
  const { left, failed, status } = await waitUntilReplayed(session, name, replaying, before);
  session.value({ replaying, left, failed });
  if (left === 0) {
    session.line(`${counted(replaying, 'event')} replayed; nothing is parked any more.`);
    return EXIT.OK;
  }
  if (failed) session.line(`${failed.type} at position ${failed.position} failed again: ${failed.error}`);
  else if (status.state === 'STOPPED') tellWhyStopped(session, status);
  else session.line('Nothing moves any more.');
  session.line(`${counted(left, 'event')} still parked.`);
  return EXIT.BAD;
}

interface Replayed {
  readonly left: number;
  readonly failed: ParkedEvent | null;
  readonly status: ProjectionStatus;
}

async function waitUntilReplayed(
  session: Session,
  name: string,
  replaying: number,
  before: readonly ParkedEvent[],
): Promise<Replayed> {
  const earlier = new Map(before.map((event) => [event.position, event]));
  /** Parked anew, after it was tried again. */
  const hasFailed = ({ position, behind, parkedAt, error }: ParkedEvent): boolean => {
    const was = earlier.get(position);
    return !behind && was !== undefined && (was.parkedAt !== parkedAt || was.error !== error);
  };
  const look = async () => ({ status: await statusOf(session, name), parked: (await parkedOf(session, name)).items });
  const progress = session.progress(name);
  let last = '';
  let still = 0;
  const decide = ({ status, parked }: Awaited<ReturnType<typeof look>>): Replayed | undefined => {
    const left = parked.length === 0 ? 0 : Math.max(status.parked, parked.length);
    progress.show({
      percent: (100 * Math.max(0, replaying - left)) / replaying,
      doing: `${counted(left, 'event')} left`,
    });
    const failed = parked.find(hasFailed) ?? null;
    const now = JSON.stringify([left, parked]);
    still = now === last ? still + 1 : 0;
    last = now;
    const over = left === 0 || failed !== null || status.state === 'STOPPED' || still >= STILL_LOOKS;
    return over ? { left, failed, status } : undefined;
  };
  try {
    return await session.until(look, decide);
  } finally {
    progress.end();
  }
}
