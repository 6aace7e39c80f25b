import { json, sql, type ReadStore, type ReadStoreTransaction } from '@mo-ledger/read-store';
import type { Projection } from './define-projection.js';
import type { ProjectionStatus } from './status.js';

/** Before the first event. */
export const NOTHING_YET = -1n;

/** One build of a projection: tables in a schema of their own, and how far they are. */
export interface BuildRecord {
  readonly schema: string;
  readonly name: string;
  readonly version: number;
  readonly fingerprint: string;
  readonly position: bigint;
  readonly handled: bigint;
  readonly serving: boolean;
  /** The last event of the log that it has passed, of whatever type: by it a log is recognised. */
  readonly lastEvent: { readonly position: bigint; readonly id: string } | null;
}

/** How far a build came in one step. */
export interface Advance {
  readonly from: bigint;
  readonly to: bigint;
  readonly handled: number;
  readonly lastEvent: { readonly position: bigint; readonly id: string } | null;
}

/** Somebody else has moved the checkpoint: what was about to be written is not, and the build must be read again. */
export class CheckpointLost extends Error {
  readonly code = 'CHECKPOINT_LOST';
  constructor(readonly schema: string) {
    super(`the checkpoint of ${schema} was moved by another projector`);
  }
}

interface BuildRow {
  schema_name: string;
  name: string;
  version: number;
  build: number;
  fingerprint: string;
  position: string;
  handled: string;
  serving: boolean;
  last_event_position: string | null;
  last_event_id: string | null;
}

// Any number that nobody else takes.
const MIGRATION_LOCK = 7_711_614_102n;

/** The runtime's own tables: which builds there are, how far each is, which of them serve, and whose ledger it all is. */
export class Registry {
  constructor(private readonly store: ReadStore) {}

  /** Makes the runtime's tables where there are none. */
  async migrate(): Promise<void> {
    await this.#locked(async (tx) => {
      await sql`create schema if not exists projections`.execute(tx);
      await sql`create table if not exists projections.ledger (id text not null)`.execute(tx);
      await sql`create table if not exists projections.builds (
        schema_name text primary key, name text not null, version int4 not null, build int4 not null, fingerprint text not null,
        position int8 not null default -1, handled int8 not null default 0, serving boolean not null,
        last_event_position int8, last_event_id text, created_at timestamptz not null default now(), replaced_at timestamptz
      )`.execute(tx);
      await sql`create table if not exists projections.statuses (name text primary key, status json not null, at timestamptz not null)`.execute(
        tx,
      );
      await sql`create unique index if not exists builds_serving on projections.builds (name) where serving`.execute(
        tx,
      );
    });
  }

  /** The ledger whose events the read models come from; null where nobody has said yet. */
  async ledgerId(): Promise<string | null> {
    const { rows } = await sql<{ id: string }>`select id from projections.ledger`.execute(this.store.db);
    return rows[0]?.id ?? null;
  }

  /**
   * Drops every build, so that all of them are built anew from this ledger.
   *
   * @param owner what `ledgerId` told: where another projector was faster, its builds stay
   */
  async beginAnew(ledgerId: string, owner: string | null): Promise<void> {
    await this.#locked(async (tx) => {
      const current = (await sql<{ id: string }>`select id from projections.ledger`.execute(tx)).rows[0]?.id ?? null;
      if (current !== owner) return;
      // Where nobody has said whose they are, no projector has built anything.
      if (owner !== null) await this.#dropAll(tx);
      await sql`insert into projections.ledger values (${ledgerId})`.execute(tx);
    });
  }

  async builds(): Promise<BuildRecord[]> {
    const { rows } = await sql<BuildRow>`select * from projections.builds order by name, build`.execute(this.store.db);
    return rows.map(toRecord);
  }

  /**
   * The builds of a projection that are to be fed, oldest first: the one that serves, and a newer one that is being filled. A first
   * one is made, and serves at once, where there is none; one with other tables is filled beside the one that serves.
   */
  async open(projection: Projection): Promise<BuildRecord[]> {
    return this.#locked(async (tx) => {
      const rows = await this.#buildsOf(tx, projection.name);
      const ours = rows.filter((row) => isOf(projection, row));
      const newest = ours.at(-1);
      if (!newest) return [await this.#create(tx, projection, rows)];
      const serving = ours.find((row) => row.serving);
      return (serving && serving !== newest ? [serving, newest] : [newest]).map(toRecord);
    });
  }

  /** Begins another build of a projection beside the one that serves; one that is being filled is dropped. */
  async rebuild(projection: Projection): Promise<BuildRecord> {
    return this.#locked(async (tx) => {
      const rows = await this.#buildsOf(tx, projection.name);
      const serving = rows.find((row) => row.serving);
      for (const row of rows) if (serving && row.build > serving.build) await this.#drop(tx, row.schema_name);
      return this.#create(tx, projection, rows);
    });
  }

  /** Drops builds that another build of the same version has replaced a while ago, when nobody reads them any more. */
  async dropReplaced(): Promise<void> {
    await this.#locked(async (tx) => {
      const { rows } = await sql<BuildRow>`
        select old.* from projections.builds old join projections.builds new on new.serving
          and new.name = old.name and new.version = old.version and new.fingerprint = old.fingerprint and new.build > old.build
        where old.replaced_at < now() - interval '1 minute'`.execute(tx);
      for (const row of rows) await this.#drop(tx, row.schema_name);
    });
  }

  #locked<T>(work: (tx: ReadStoreTransaction) => Promise<T>): Promise<T> {
    return this.store.db.transaction().execute(async (tx) => {
      await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK}::int8)`.execute(tx);
      return work(tx);
    });
  }

  async #buildsOf(tx: ReadStoreTransaction, name: string): Promise<BuildRow[]> {
    return (await sql<BuildRow>`select * from projections.builds where name = ${name} order by build`.execute(tx)).rows;
  }

  async #dropAll(tx: ReadStoreTransaction): Promise<void> {
    const { rows } = await sql<{ schema_name: string }>`select schema_name from projections.builds`.execute(tx);
    for (const { schema_name } of rows) await this.#drop(tx, schema_name);
    await sql`delete from projections.ledger`.execute(tx);
  }

  async #drop(tx: ReadStoreTransaction, schema: string): Promise<void> {
    await sql`drop schema if exists ${sql.id(schema)} cascade`.execute(tx);
    await sql`delete from projections.builds where schema_name = ${schema}`.execute(tx);
  }

  async #create(
    tx: ReadStoreTransaction,
    { name, version, fingerprint, tables }: Projection,
    others: readonly BuildRow[],
  ): Promise<BuildRecord> {
    const build = others.reduce((most, row) => Math.max(most, row.build), 0) + 1;
    const serving = !others.some((row) => row.serving);
    const schema = `${name.replaceAll('-', '_')}_v${version}_${build}`;
    await sql`create schema ${sql.id(schema)}`.execute(tx);
    for (const [tableName, { columns, key, indexes }] of Object.entries(tables)) {
      const lines = Object.entries(columns).map(([column, { sql: type }]) => sql`${sql.id(column)} ${sql.raw(type)}`);
      const primary = sql`primary key (${sql.join(key.map((column) => sql.id(column)))})`;
      await sql`create table ${sql.id(schema, tableName)} (${sql.join([...lines, primary])})`.execute(tx);
      for (const index of indexes)
        await sql`create index on ${sql.id(schema, tableName)} ${sql.raw(index)}`.execute(tx);
    }
    const { rows } = await sql<BuildRow>`
      insert into projections.builds (schema_name, name, version, build, fingerprint, serving)
      values (${schema}, ${name}, ${version}, ${build}, ${fingerprint}, ${serving}) returning *`.execute(tx);
    const [row] = rows;
    if (!row) throw new Error(`${schema} was not registered`);
    return toRecord(row);
  }

  /**
   * Moves a checkpoint, if it still is where it is thought to be.
   *
   * @throws CheckpointLost
   */
  async advance(db: Pick<ReadStoreTransaction, 'executeQuery'>, schema: string, step: Advance): Promise<void> {
    const { numAffectedRows } = await sql`
      update projections.builds set position = ${step.to}::int8, handled = handled + ${step.handled}::int8,
        last_event_position = coalesce(${step.lastEvent?.position ?? null}::int8, last_event_position),
        last_event_id = coalesce(${step.lastEvent?.id ?? null}::text, last_event_id)
      where schema_name = ${schema} and position = ${step.from}::int8`.execute(db as ReadStoreTransaction);
    if (numAffectedRows !== 1n) throw new CheckpointLost(schema);
  }

  /** Keeps what a projector says of its projections, and when. */
  async saveStatuses(statuses: readonly ProjectionStatus[]): Promise<void> {
    const rows = statuses.map((status) => ({ name: status.name, status }));
    await sql`insert into projections.statuses (name, status, at)
      select r->>'name', r->'status', now() from json_array_elements(${json(rows)}::json) r
      on conflict (name) do update set status = excluded.status, at = excluded.at`.execute(this.store.db);
  }

  /** What projectors last said of their projections, and how long ago. */
  async savedStatuses(): Promise<{ status: ProjectionStatus; ageSeconds: number }[]> {
    const { rows } = await sql<{ status: ProjectionStatus; age: number }>`
      select status, extract(epoch from now() - at)::float8 as age from projections.statuses order by name`.execute(
      this.store.db,
    );
    return rows.map(({ status, age }) => ({ status, ageSeconds: age }));
  }

  /** Lets a build serve if it is at least as far as the one that does. Tells whether it serves now. */
  async promote(schema: string): Promise<boolean> {
    return this.store.db.transaction().execute(async (tx) => {
      const { rows } = await sql<BuildRow>`select * from projections.builds
        where name = (select name from projections.builds where schema_name = ${schema}) order by build for update`.execute(
        tx,
      );
      const mine = rows.find((row) => row.schema_name === schema);
      const serving = rows.find((row) => row.serving);
      if (!mine) throw new CheckpointLost(schema);
      if (serving && BigInt(serving.position) > BigInt(mine.position)) return false;
      if (serving)
        await sql`update projections.builds set serving = false, replaced_at = now() where schema_name = ${serving.schema_name}`.execute(
          tx,
        );
      await sql`update projections.builds set serving = true where schema_name = ${schema}`.execute(tx);
      return true;
    });
  }
}

const isOf = ({ version, fingerprint }: Projection, row: BuildRow): boolean =>
  row.version === version && row.fingerprint === fingerprint;

const toRecord = (row: BuildRow): BuildRecord => ({
  ...{ schema: row.schema_name, name: row.name, version: row.version, fingerprint: row.fingerprint },
  ...{ position: BigInt(row.position), handled: BigInt(row.handled), serving: row.serving },
  lastEvent:
    row.last_event_position === null || row.last_event_id === null
      ? null
      : { position: BigInt(row.last_event_position), id: row.last_event_id },
});
