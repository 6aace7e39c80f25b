import type { ReadStore } from '@mo-ledger/read-store';
import { isNotThere } from './database-errors.js';
import type { Projection } from './define-projection.js';
import type { HolderNote } from './holder-note.js';
import { Leases, type Lease } from './leases.js';
import { Registry, type BuildRecord } from './registry.js';
import { statusOf, type ProjectionStatus, type Work } from './status.js';

/** The projector that is asked for statuses itself. */
export interface AskedProjector {
  readonly name: string;
  readonly problem: string | null;
  /** What it knows now, by projection; null where it has not begun yet. */
  readonly notes: ReadonlyMap<string, HolderNote> | null;
}

/**
 * How these projections are. Only who holds a projection says that it is LIVE or is being rebuilt; another projector says STANDBY. Whoever
 * else asks is told what the holder has said, until its lease runs out.
 *
 * @param asked the projector that is asked, if it is one
 */
export async function readStatuses(
  store: ReadStore,
  projections: readonly Projection[],
  asked?: AskedProjector,
): Promise<ProjectionStatus[]> {
  let leases: readonly Lease[] = [];
  let builds: readonly BuildRecord[] = [];
  try {
    leases = await new Leases(store, '').of(projections.map(({ name }) => name));
    builds = await new Registry(store).builds();
  } catch (error) {
    // No projector has been here yet.
    if (!isNotThere(error)) throw error;
  }
  return projections.map((projection) => {
    const { name } = projection;
    const lease = leases.find((one) => one.name === name);
    return statusOf(
      projection,
      builds.filter((build) => build.name === name && !build.scratch),
      asked ? workOf(name, lease, asked) : lastKnown(lease),
    );
  });
}

function workOf(name: string, lease: Lease | undefined, { notes, problem, ...asked }: AskedProjector): Work {
  // Until it has looked, it does not know whose they are.
  if (!notes) return { ...lastKnown(lease), projector: null, state: 'CATCHING_UP', problem };
  if (lease?.held && lease.holder === asked.name) return { projector: asked.name, note: notes.get(name) ?? null };
  return { ...lastKnown(lease), state: 'STANDBY' };
}

function lastKnown(lease: Lease | undefined): Work {
  if (!lease) return { projector: null, note: null, state: 'STOPPED', problem: 'no projector has begun to work on it' };
  const { holder, held, note, silentSeconds } = lease;
  if (held) return { projector: holder, note };
  const problem = `no projector works on it; the last one was heard of ${Math.round(silentSeconds)} s ago`;
  return { projector: null, note, state: 'STOPPED', problem, silentSeconds };
}
