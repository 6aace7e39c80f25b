import type { Recorded } from '@mo-ledger/event-sourcing';
import { json, sql, type ReadStore, type ReadStoreTransaction } from '@mo-ledger/read-store';

/** An event that a build has put aside. The event itself stays where it is, in the log. */
export interface ParkedEvent {
  readonly position: bigint;
  readonly eventId: string;
  readonly type: string;
  readonly stream: string;
  readonly correlation: string;
  readonly error: string;
  /** It might be handled, but must not overtake one that is parked. */
  readonly behind: boolean;
  /** ISO 8601. */
  readonly parkedAt: string;
  readonly tries: number;
}

/** An event to be put aside, and why. */
export interface ToPark {
  readonly event: Recorded;
  readonly error: string;
  readonly behind: boolean;
}

/**
 * What must stay in order: the events of one stream, and everything about one message, whatever stream it is in (what became of a
 * message is in its subscriber's stream).
 */
export const orderOf = (event: Recorded): readonly string[] => [event.stream, event.metadata.$correlationId];

/** The events that builds have put aside. */
export class ParkedEvents {
  constructor(private readonly store: ReadStore) {}

  /** In the log's order. */
  async of(schema: string, { after = -1n, limit = 1_000 } = {}): Promise<ParkedEvent[]> {
    const { rows } = await sql<Omit<ParkedEvent, 'position'> & { position: string }>`
      select position, event_id as "eventId", type, stream, correlation, error, behind, parked_at as "parkedAt", tries
      from projections.parked where schema_name = ${schema} and position > ${after}::int8
      order by position limit ${limit}`.execute(this.store.db);
    return rows.map((row) => ({ ...row, position: BigInt(row.position) }));
  }

  async count(schema: string): Promise<number> {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int4 as count from projections.parked where schema_name = ${schema}`.execute(this.store.db);
    return rows[0]?.count ?? 0;
  }

  /** Whether any build of a projection has put this event aside because it could not be handled. */
  async isParked(name: string, eventId: string): Promise<boolean> {
    const { rows } = await sql`
      select from projections.parked p join projections.builds b using (schema_name)
      where b.name = ${name} and p.event_id = ${eventId} and not p.behind limit 1`.execute(this.store.db);
    return rows.length > 0;
  }

  /** Streams and messages of which something is parked. */
  async orders(schema: string): Promise<Set<string>> {
    const { rows } = await sql<{ stream: string; correlation: string }>`
      select distinct stream, correlation from projections.parked where schema_name = ${schema}`.execute(this.store.db);
    return new Set(rows.flatMap(({ stream, correlation }) => [stream, correlation]));
  }

  async add(tx: ReadStoreTransaction, schema: string, events: readonly ToPark[]): Promise<void> {
    if (events.length === 0) return;
    const rows = events.map(({ event, error, behind }) => ({
      schema_name: schema,
      position: String(event.position),
      event_id: event.id,
      type: event.type,
      stream: event.stream,
      correlation: event.metadata.$correlationId,
      error,
      behind,
    }));
    await sql`insert into projections.parked (schema_name, position, event_id, type, stream, correlation, error, behind)
      select schema_name, position, event_id, type, stream, correlation, error, behind
      from json_populate_recordset(null::projections.parked, ${json(rows)}::json)`.execute(tx);
  }

  async remove(tx: ReadStoreTransaction, schema: string, position: bigint): Promise<void> {
    await sql`delete from projections.parked
      where schema_name = ${schema} and position = ${position}::int8`.execute(tx);
  }

  /** It was tried again, in vain. */
  async failedAgain(schema: string, position: bigint, error: string): Promise<void> {
    await sql`update projections.parked set error = ${error}, behind = false, tries = tries + 1
      where schema_name = ${schema} and position = ${position}::int8`.execute(this.store.db);
  }
}
