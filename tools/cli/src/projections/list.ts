import type { Page, ProjectionStatus } from '../answers.js';
import { EXIT, typed, type Session } from '../session.js';
import type { Column, Tone } from '../table.js';
import { count, duration, percent, rate } from '../units.js';

const TONES: Readonly<Record<ProjectionStatus['state'], Tone | null>> = {
  ...{ LIVE: 'good', CATCHING_UP: 'busy', REBUILDING: 'busy', STOPPED: 'bad', STANDBY: null },
};

/** `45 %, 3 m 20 s left` */
export const progressOf = ({ state, progress: { percent: done, secondsLeft } }: ProjectionStatus): string => {
  if (state === 'LIVE' || secondsLeft === null || secondsLeft <= 0) return percent(done);
  return `${percent(done)}, ${duration(secondsLeft)} left`;
};

const COLUMNS: readonly Column<ProjectionStatus>[] = [
  { title: 'PROJECTION', text: ({ name }) => name, gives: true },
  { title: 'STATE', text: ({ state }) => state, tone: ({ state }) => TONES[state] },
  { title: 'LAG', text: ({ lagSeconds }) => duration(lagSeconds), figure: true },
  { title: 'SPEED', text: ({ eventsPerSecond }) => rate(eventsPerSecond), figure: true },
  { title: 'PROGRESS', text: progressOf },
  { title: 'PARKED', text: ({ parked }) => count(parked), figure: true },
];

/** `mo projections list`: 1 where one of them stands still. */
export async function listProjections(session: Session): Promise<number> {
  const page = await session.ledger.get<Page<ProjectionStatus>>('/projections');
  session.value(page);
  session.table(COLUMNS, page.items, 'There are no projections.');
  const stopped = page.items.filter(({ state }) => state === 'STOPPED');
  for (const status of stopped) {
    session.line();
    tellWhyStopped(session, status);
  }
  return stopped.length > 0 ? EXIT.BAD : EXIT.OK;
}

/** Where it stands still, why, and what to do about it. */
export function tellWhyStopped(session: Session, { name, stoppedAt, lastError }: ProjectionStatus): void {
  if (!stoppedAt) return session.line(`${name} stands still: ${lastError ?? 'it does not say why'}`);
  session.line(`${name} stands still at ${stoppedAt.type}, position ${stoppedAt.position}: ${stoppedAt.error}`);
  session.line(`  to look at the event  ${typed(`events show ${stoppedAt.position}`)}`);
  session.line(`  to go on without it   ${typed(`projections park ${name}`)}`);
}
