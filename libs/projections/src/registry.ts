import { prepared, QueryFailed, sql, type ReadStore, type ReadStoreTransaction } from '@mo-ledger/read-store';
import { createIndexes, createTables, hasTables } from './build-tables.js';
import { definitionOf, type Projection } from './define-projection.js';
import { ProjectionRefused } from './projection-refused.js';
import { RUNTIME_TABLES } from './runtime-tables.js';

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
  /** From this position on it may serve where no other build does: the log's end when it was made. */
  readonly servesFrom: bigint;
  /** The last event of the log that it has passed, of whatever type: by it a log is recognised. */
  readonly lastEvent: { readonly position: string; readonly id: string } | null;
  /** Made to be compared with the one that serves. */
  readonly scratch: boolean;
  /** Whether its secondary indexes are made: they are once it is filled. */
  readonly indexed: boolean;
  /** Whether it serves by itself as soon as it is as far as the one that does. */
  readonly takesOver: boolean;
  /** Asked for: its parked events are to be tried again. */
  readonly replay: boolean;
  /** Asked for: the event here, at which it stands still, is to be parked. */
  readonly parkPosition: bigint | null;
  /** How many of its events are parked. */
  readonly parked: number;
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

type AsRead<T> = T extends bigint ? string : T;
/** An int8 is a string. */
type BuildRow = { readonly [K in keyof BuildRecord]: AsRead<BuildRecord[K]> };

// Any number that nobody else takes.
const MIGRATION_LOCK = 7_711_614_102n;
/** So long after it was replaced, nobody is in the middle of reading a build any more. */
const READ_OUT = "interval '5 seconds'";
const LOCK_NOT_AVAILABLE = '55P03';

const COLUMNS = sql`schema_name as schema, name, version, fingerprint, position, handled, serving, serves_from as "servesFrom", scratch,
  indexed, takes_over as "takesOver", replay, park_position as "parkPosition",
  (select count(*)::int4 from projections.parked p where p.schema_name = b.schema_name) as parked,
  case when last_event_id is not null then json_build_object('position', last_event_position::text, 'id', last_event_id) end as "lastEvent"`;

/** The runtime's own tables: which builds there are, how far each is, which of them serve, and whose ledger it all is. */
export class Registry {
  readonly #indexing = new Map<string, Promise<void>>();

  constructor(private readonly store: ReadStore) {}

  /** Makes the runtime's tables where they are not there. */
  async migrate(): Promise<void> {
    await this.#locked(async (tx) => {
      for (const table of RUNTIME_TABLES) await table.execute(tx);
    });
  }

  /** The ledger whose events the read models come from; null where nobody has said yet. */
  async ledgerId(db = this.store.db): Promise<string | null> {
    const { rows } = await sql<{ id: string }>`select id from projections.ledger`.execute(db);
    return rows[0]?.id ?? null;
  }

  /**
   * Sets every build aside, so that all of them are built anew from this ledger. Their tables stay, under other names, which it tells.
   *
   * @param owner what `ledgerId` told: where another projector was faster, its builds stay
   */
  async beginAnew(ledgerId: string, owner: string | null): Promise<readonly string[]> {
    return this.#locked(async (tx) => {
      if ((await this.ledgerId(tx)) !== owner) return [];
      // Where nobody has said whose they are, no projector has built anything.
      const aside = owner === null ? [] : await setAside(tx);
      await sql`delete from projections.ledger`.execute(tx);
      await sql`insert into projections.ledger values (${ledgerId})`.execute(tx);
      return aside;
    });
  }

  /** Every build that is not being dropped. */
  async builds(): Promise<BuildRecord[]> {
    const { rows } = await sql<BuildRow>`
      select ${COLUMNS} from projections.builds b where not dropping order by name, build`.execute(this.store.db);
    return rows.map(toRecord);
  }

  /**
   * The builds of a projection, oldest first. One is made where none has this version and these tables: it serves when it is as far as
   * the build that serves, or, where none does, when it has reached `end`. One whose tables somebody has dropped is forgotten, and built anew.
   *
   * @param end of the log; by default there is nothing to be behind of
   */
  async open(projection: Projection, end = NOTHING_YET): Promise<BuildRecord[]> {
    return this.#locked(async (tx) => {
      const rows: BuildRow[] = [];
      for (const row of await this.#buildsOf(tx, projection.name)) {
        const definition = definitionOf(projection, row);
        if (definition && !(await hasTables(tx, row.schema, definition.tables))) await drop(tx, row.schema);
        else rows.push(row);
      }
      const current = rows.some((row) => !row.scratch && isOf(projection, row));
      return [...rows, ...(current ? [] : [await this.#create(tx, projection, { end })])].map(toRecord);
    });
  }

  /**
   * Begins another build of a projection beside the one that serves; one that is being filled already goes on.
   *
   * @throws ProjectionRefused where it has no build yet: how far the first one has to go, its projector knows
   */
  async rebuild(projection: Projection): Promise<BuildRecord> {
    return this.#locked(async (tx) => {
      const rows = await this.#buildsOf(tx, projection.name);
      if (rows.length === 0) throw new ProjectionRefused('NO_SUCH_BUILD', `${projection.name} has no build yet.`);
      const filling = rows.find((row) => !row.scratch && !row.serving && row.takesOver && isOf(projection, row));
      return toRecord(filling ?? (await this.#create(tx, projection)));
    });
  }

  /** Begins a build that never serves, to be compared with one that does: for this verification, and kept for as long as that is open. */
  async createScratch(definition: Projection, verification: string): Promise<BuildRecord> {
    return this.#locked(async (tx) => {
      const row = await this.#create(tx, definition, { scratch: true });
      await sql`update projections.verifications set schema_name = ${row.schema}, state = 'FILLING'
        where id = ${verification}::int8`.execute(tx);
      return toRecord(row);
    });
  }

  /**
   * Lets a build serve if it is at least as far as the one that does, or as it has to be where none does; in one transaction, under the
   * checkpoints' lock. Tells whether it serves now.
   *
   * @param asked by an operator: then neither of the two takes over by itself again. Otherwise a newer version that was replaced (by an
   * older program that does not know it) does, once a program that knows it is back
   * @throws CheckpointLost where there is no such build any more
   */
  async switchTo(schema: string, asked = false): Promise<boolean> {
    return this.store.db.transaction().execute(async (tx) => {
      await sql`set local synchronous_commit = on`.execute(tx);
      const { rows } = await sql<BuildRow>`select ${COLUMNS} from projections.builds b where not dropping
        and name = (select name from projections.builds where schema_name = ${schema})
        order by build for update`.execute(tx);
      const mine = rows.find((row) => row.schema === schema);
      const serving = rows.find((row) => row.serving);
      if (!mine || mine.scratch) throw new CheckpointLost(schema);
      if (serving === mine) return true;
      if (BigInt(mine.position) < BigInt(serving ? serving.position : mine.servesFrom)) return false;
      if (serving)
        await sql`update projections.builds set serving = false, takes_over = ${!asked && serving.version > mine.version}, replaced_at = now()
          where schema_name = ${serving.schema}`.execute(tx);
      await sql`update projections.builds set serving = true, takes_over = false
        where schema_name = ${schema}`.execute(tx);
      return true;
    });
  }

  /**
   * Forgets builds that do not serve. Their tables go a few seconds later (`dropDue`), when nobody is in the middle of reading them.
   *
   * @param schema one of them; without it all that are kept, but not one that is being filled
   * @returns their names
   * @throws ProjectionRefused where it serves, or there is none
   */
  async forget(name: string, schema?: string): Promise<string[]> {
    return this.#locked(async (tx) => {
      const rows = (await this.#buildsOf(tx, name)).filter((row) => !row.scratch);
      const named = rows.filter((row) =>
        schema === undefined ? !row.serving && !row.takesOver : row.schema === schema,
      );
      if (named.some((row) => row.serving))
        throw new ProjectionRefused('SERVES', `${schema} serves; switch to another build first.`);
      if (named.length === 0 && schema !== undefined)
        throw new ProjectionRefused('NO_SUCH_BUILD', `${name} has no build ${schema}.`);
      const names = named.map((row) => row.schema);
      // One that has begun to serve since: a switch waits for the checkpoints alone.
      const { rows: forgotten } = await sql<{ schema: string }>`
        update projections.builds set dropping = true, replaced_at = now()
        where schema_name = any(${names}::text[]) and not serving returning schema_name as schema`.execute(tx);
      if (schema !== undefined && forgotten.length === 0)
        throw new ProjectionRefused('SERVES', `${schema} serves; switch to another build first.`);
      return forgotten.map(({ schema: dropped }) => dropped);
    });
  }

  /**
   * Drops the tables of builds that were forgotten, once nobody can be reading them, and those that a finished verification has left.
   *
   * @param fed builds that somebody is just feeding
   */
  async dropDue(fed: readonly string[] = []): Promise<void> {
    const { rows } = await sql<{ schema_name: string }>`select schema_name from projections.builds b
      where dropping and coalesce(replaced_at, created_at) < now() - ${sql.raw(READ_OUT)} or scratch and not exists
        (select from projections.verifications v where v.schema_name = b.schema_name and v.finished_at is null)
      order by 1`.execute(this.store.db);
    for (const { schema_name } of rows) if (!fed.includes(schema_name)) await this.drop(schema_name);
  }

  /** Drops a build at once; one that somebody is reading (a dump, for example) is left to `dropDue`, later. */
  async drop(schema: string): Promise<void> {
    try {
      await this.#locked(async (tx) => {
        // Whoever waits here keeps no lease and tells nothing, and holds up everybody else who makes or drops a build.
        await sql`set local lock_timeout = '500ms'`.execute(tx);
        await drop(tx, schema);
      });
    } catch (error) {
      if (!(error instanceof QueryFailed && error.sqlState === LOCK_NOT_AVAILABLE)) throw error;
    }
  }

  /** Makes a build's secondary indexes; whoever asks while they are being made waits for the same ones. */
  index(schema: string, { tables }: Projection): Promise<void> {
    const underWay = this.#indexing.get(schema);
    if (underWay) return underWay;
    const indexing = (async () => {
      await createIndexes(this.store, schema, tables);
      await sql`update projections.builds set indexed = true where schema_name = ${schema}`.execute(this.store.db);
    })().finally(() => this.#indexing.delete(schema));
    this.#indexing.set(schema, indexing);
    return indexing;
  }

  /**
   * Moves a checkpoint, if it still is where it is thought to be.
   *
   * @throws CheckpointLost
   */
  async advance(db: Pick<ReadStoreTransaction, 'executeQuery'>, schema: string, step: Advance): Promise<void> {
    const { numAffectedRows } = await prepared(sql`
      update projections.builds set position = ${step.to}::int8, handled = handled + ${step.handled}::int8,
        last_event_position = coalesce(${step.lastEvent?.position ?? null}::int8, last_event_position),
        last_event_id = coalesce(${step.lastEvent?.id ?? null}::text, last_event_id)
      where schema_name = ${schema} and position = ${step.from}::int8`).execute(db as ReadStoreTransaction);
    if (numAffectedRows !== 1n) throw new CheckpointLost(schema);
  }

  /** Leaves a request for the projector of a projection: to try its parked events again, or to park the one that it stands still at. */
  async ask(name: string, { replay = false, park = null }: { replay?: boolean; park?: bigint | null }): Promise<void> {
    await sql`update projections.builds
      set replay = replay or ${replay}, park_position = coalesce(${park}::int8, park_position)
      where name = ${name} and not scratch`.execute(this.store.db);
  }

  /** What was asked of a build is done. */
  async asked(schema: string): Promise<void> {
    await sql`update projections.builds set replay = false, park_position = null
      where schema_name = ${schema}`.execute(this.store.db);
  }

  #locked<T>(work: (tx: ReadStoreTransaction) => Promise<T>): Promise<T> {
    return this.store.db.transaction().execute(async (tx) => {
      // Who was told that something was done finds it done, whatever happens to the server.
      await sql`set local synchronous_commit = on`.execute(tx);
      await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK}::int8)`.execute(tx);
      return work(tx);
    });
  }

  async #buildsOf(tx: ReadStoreTransaction, name: string): Promise<BuildRow[]> {
    const { rows } = await sql<BuildRow>`
      select ${COLUMNS} from projections.builds b where name = ${name} and not dropping order by build`.execute(tx);
    return rows;
  }

  async #create(
    tx: ReadStoreTransaction,
    { name, version, fingerprint, tables }: Projection,
    { end = NOTHING_YET, scratch = false } = {},
  ): Promise<BuildRow> {
    const { rows: others } = await sql<{ builds: number; last: number; end: string }>`
      select count(*)::int4 as builds, coalesce(max(build), 0) as last, greatest(max(serves_from), ${end}::int8) as end
      from projections.builds where name = ${name}`.execute(tx);
    const [{ builds, last, end: servesFrom } = { builds: 0, last: 0, end: String(end) }] = others;
    // While the log has something, nobody is told that there is nothing.
    const serving = !scratch && builds === 0 && end === NOTHING_YET;
    const schema = `${name.replaceAll('-', '_')}_v${version}_${last + 1}`;
    await createTables(tx, schema, tables);
    const { rows } = await sql<BuildRow>`
      insert into projections.builds as b (schema_name, name, version, build, fingerprint, serving, scratch, takes_over, serves_from)
      values (${schema}, ${name}, ${version}, ${last + 1}, ${fingerprint}, ${serving}, ${scratch}, ${!serving && !scratch}, ${servesFrom}::int8)
      returning ${COLUMNS}`.execute(tx);
    const [row] = rows;
    if (!row) throw new Error(`${schema} was not registered`);
    return row;
  }
}

/** Renames the schemas of all builds and forgets them. Tells their new names. */
async function setAside(tx: ReadStoreTransaction): Promise<string[]> {
  const { rows } = await sql<{ schema_name: string; aside: string }>`
    select schema_name, left('aside_' || to_char(now(), 'YYYYMMDDHH24MISS') || '_' || schema_name, 63) as aside
    from projections.builds where exists (select from pg_namespace where nspname = schema_name)`.execute(tx);
  for (const { schema_name, aside } of rows)
    await sql`alter schema ${sql.id(schema_name)} rename to ${sql.id(aside)}`.execute(tx);
  await sql`delete from projections.builds`.execute(tx);
  await sql`delete from projections.verifications`.execute(tx);
  return rows.map(({ aside }) => aside);
}

async function drop(tx: ReadStoreTransaction, schema: string): Promise<void> {
  await sql`drop schema if exists ${sql.id(schema)} cascade`.execute(tx);
  await sql`delete from projections.builds where schema_name = ${schema}`.execute(tx);
}

const isOf = ({ version, fingerprint }: Projection, row: BuildRow): boolean =>
  row.version === version && row.fingerprint === fingerprint;

const toRecord = ({ position, handled, servesFrom, parkPosition, ...row }: BuildRow): BuildRecord => ({
  ...row,
  position: BigInt(position),
  handled: BigInt(handled),
  servesFrom: BigInt(servesFrom),
  parkPosition: parkPosition === null ? null : BigInt(parkPosition),
});
