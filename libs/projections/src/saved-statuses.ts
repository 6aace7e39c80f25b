import { json, sql, type ReadStore } from '@mo-ledger/read-store';
import { isNotThere } from './database-errors.js';
import type { ProjectionStatus } from './status.js';

/** After this long without a word, a projector is taken to be gone. */
const SILENCE_SECONDS = 15;

/** Keeps what a projector says of its projections, and when, for those who read in other processes. */
export async function saveStatuses(store: ReadStore, statuses: readonly ProjectionStatus[]): Promise<void> {
  const rows = statuses.map((status) => ({ name: status.name, status }));
  await sql`insert into projections.statuses (name, status, at)
    select r->>'name', r->'status', now() from json_array_elements(${json(rows)}::json) r
    on conflict (name) do update set status = excluded.status, at = excluded.at`.execute(store.db);
}

/**
 * What projectors last said of these projections; nothing where none has ever been here. Where none has for a while, the projection is STOPPED, and how old its rows are is not
 * known: at least as old as the silence is long.
 */
export async function savedStatuses(store: ReadStore, names: readonly string[]): Promise<ProjectionStatus[]> {
  const { rows } = await sql<{ status: ProjectionStatus; age: number }>`
    select status, extract(epoch from now() - at)::float8 as age from projections.statuses
    where name = any(${names}::text[]) order by name`
    .execute(store.db)
    .catch((error: unknown) => {
      if (isNotThere(error)) return { rows: [] };
      throw error;
    });
  return rows.map(({ status, age }) => (age > SILENCE_SECONDS ? silent(status, age) : status));
}

const silent = (status: ProjectionStatus, age: number): ProjectionStatus => ({
  ...status,
  ...{ state: 'STOPPED', eventsPerSecond: 0, lagSeconds: status.lagSeconds + age },
  lastError: `no word from the projector for ${Math.round(age)} s`,
});
