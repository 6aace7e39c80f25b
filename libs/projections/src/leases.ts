import { json, sql, type ReadStore } from '@mo-ledger/read-store';
import type { HolderNote } from './holder-note.js';

/** How long a projection stays a projector's that is not heard of any more. */
export const LEASE_SECONDS = 15;

/** The last projector that worked on a projection. */
export interface Lease {
  readonly name: string;
  readonly holder: string;
  /** Whether it has not run out. */
  readonly held: boolean;
  readonly note: HolderNote | null;
  /** Since the holder's last word. */
  readonly silentSeconds: number;
}

/**
 * Who works on which projection: one projector each, the others stand by. Times are the database's, so that clocks need not agree.
 * A lease keeps two from working against each other; what keeps a late one from writing is the fence on the checkpoint.
 */
export class Leases {
  /** @param holder names this projector among all that ever run */
  constructor(
    private readonly store: ReadStore,
    private readonly holder: string,
    private readonly seconds = LEASE_SECONDS,
  ) {}

  /**
   * Takes leases that are free or have run out, renews this projector's own, and returns the names of all that it now holds.
   *
   * @param notes by projection, for those who ask in other processes
   */
  async hold(
    names: readonly string[],
    notes: ReadonlyMap<string, HolderNote> = new Map(),
  ): Promise<ReadonlySet<string>> {
    const sorted = names.toSorted();
    const until = sql`now() + ${String(this.seconds)}::float8 * interval '1 second'`;
    const { rows } = await sql<{ name: string }>`
      insert into projections.leases as l (name, holder, until, note)
      select name, ${this.holder}, ${until}, note
      from unnest(${sorted}::text[], ${sorted.map((name) => json(notes.get(name)))}::json[]) as n (name, note)
      on conflict (name) do update set holder = excluded.holder, until = excluded.until, noted_at = now(),
        note = coalesce(excluded.note, case when l.holder = excluded.holder then l.note end)
      where l.holder = ${this.holder} or l.until <= now()
      returning name`.execute(this.store.db);
    return new Set(rows.map(({ name }) => name));
  }

  /** The last projector of each of these projections; none where no projector has ever been here. */
  async of(names: readonly string[]): Promise<readonly Lease[]> {
    const { rows } = await sql<Lease>`
      select name, holder, until > now() as held, note, extract(epoch from now() - noted_at)::float8 as "silentSeconds"
      from projections.leases where name = any(${names}::text[])`.execute(this.store.db);
    return rows;
  }

  /** Who else holds a lease that has not run out. */
  async others(): Promise<readonly string[]> {
    const { rows } = await sql<{ holder: string }>`
      select distinct holder from projections.leases
      where holder <> ${this.holder} and until > now() order by holder`.execute(this.store.db);
    return rows.map(({ holder }) => holder);
  }

  /** Gives everything back at once, so that another one need not wait. */
  async release(): Promise<void> {
    await sql`update projections.leases set until = now() where holder = ${this.holder}`.execute(this.store.db);
  }
}
