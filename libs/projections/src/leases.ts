import { sql, type ReadStore } from '@mo-ledger/read-store';

/** How long a projection stays a projector's that is not heard of any more. */
export const LEASE_SECONDS = 15;

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

  /** Takes or renews what is free, run out or held already, and tells which of these projections are this projector's now. */
  async hold(names: readonly string[]): Promise<ReadonlySet<string>> {
    // Nobody else can have the embedded engine's folder, so whoever held it is gone.
    const taken = this.store.kind === 'pglite' ? sql`true` : sql`(l.holder = ${this.holder} or l.until < now())`;
    const until = sql`now() + ${String(this.seconds)}::float8 * interval '1 second'`;
    const { rows } = await sql<{ name: string }>`
      insert into projections.leases as l (name, holder, until)
      select name, ${this.holder}, ${until} from unnest(${[...names].sort()}::text[]) name
      on conflict (name) do update set holder = excluded.holder, until = excluded.until where ${taken}
      returning name`.execute(this.store.db);
    return new Set(rows.map(({ name }) => name));
  }

  /** Who else holds a lease that has not run out. */
  async others(): Promise<readonly string[]> {
    const { rows } = await sql<{ holder: string }>`
      select distinct holder from projections.leases where holder <> ${this.holder} and until >= now() order by holder`.execute(
      this.store.db,
    );
    return this.store.kind === 'pglite' ? [] : rows.map(({ holder }) => holder);
  }

  /** Gives everything back at once, so that another one need not wait. */
  async release(): Promise<void> {
    await sql`delete from projections.leases where holder = ${this.holder}`.execute(this.store.db);
  }
}
