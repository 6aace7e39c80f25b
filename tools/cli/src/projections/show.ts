import type { BuildStatus, ProjectionStatus } from '../answers.js';
import { path } from '../ledger.js';
import { EXIT, typed, type Session } from '../session.js';
import type { Column, Tone } from '../table.js';
import { count, counted, duration, percent, rate } from '../units.js';
import { progressOf, tellWhyStopped } from './list.js';

const BUILD_TONES: Readonly<Record<BuildStatus['state'], Tone | null>> = {
  SERVING: 'good',
  FILLING: 'busy',
  KEPT: null,
};

const BUILDS: readonly Column<BuildStatus>[] = [
  { title: 'BUILD', text: ({ build }) => build },
  { title: 'VERSION', text: ({ version }) => String(version), figure: true },
  { title: 'STATE', text: ({ state }) => state, tone: ({ state }) => BUILD_TONES[state] },
  { title: 'POSITION', text: ({ position }) => position ?? '–', figure: true },
  { title: 'EVENTS', text: ({ handled }) => count(handled), figure: true },
  { title: 'PROGRESS', text: (build) => percent(build.percent), figure: true },
  { title: 'PARKED', text: ({ parked }) => count(parked), figure: true },
];

/** `mo projections show NAME`: 1 where it stands still. */
export async function showProjection(session: Session, name: string): Promise<number> {
  const status = await session.ledger.get<ProjectionStatus>(path`/projections/${name}`);
  session.value(status);
  session.line(`${status.name}, version ${status.version}: ${status.state}`);
  for (const [what, text] of facts(status)) session.line(`  ${what.padEnd(12)}${text}`);
  session.line();
  session.table(BUILDS, status.builds, 'It has no builds yet.');
  if (status.state !== 'STOPPED') return EXIT.OK;
  session.line();
  tellWhyStopped(session, status);
  return EXIT.BAD;
}

function facts(status: ProjectionStatus): readonly (readonly [string, string])[] {
  const { batch, parked, progress } = status;
  const total = progress.total === null ? '' : ` of ${count(progress.total)}`;
  const closed = batch?.closedBy === 'FULL' ? 'a full batch' : 'all that had arrived';
  return [
    ['position', `${status.position ?? 'none yet'}, ${count(status.gap)} before the end of the log`],
    ['lag', duration(status.lagSeconds)],
    [
      'speed',
      `${rate(status.eventsPerSecond)}${batch ? `; last ${counted(batch.size, 'event')} at once, ${closed}` : ''}`,
    ],
    ['progress', `${progressOf(status)} (${count(progress.handled)}${total} events)`],
    ['parked', parked === 0 ? 'none' : `${counted(parked, 'event')}: ${typed(`projections parked ${status.name}`)}`],
    ['on failure', status.onFailure === 'PARK' ? 'parks the event and goes on' : 'stops at the event'],
    ['projector', status.projector ?? 'none has it'],
    ...(status.lastError !== null && status.state !== 'STOPPED' ? [['last error', status.lastError] as const] : []),
  ];
}
