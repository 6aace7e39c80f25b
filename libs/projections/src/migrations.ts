import { sql, type RawBuilder, type ReadStoreTransaction } from '@mo-ledger/read-store';

/** Each is run once, in order, by whoever comes first; what has landed is never changed, only added to. */
const MIGRATIONS: readonly (readonly RawBuilder<unknown>[])[] = [
  [
    sql`create table if not exists projections.ledger (id text not null)`,
    sql`create table if not exists projections.builds (
      schema_name text primary key, name text not null, version int4 not null, build int4 not null, fingerprint text not null,
      position int8 not null default -1, handled int8 not null default 0, serving boolean not null,
      last_event_position int8, last_event_id text, created_at timestamptz not null default now(), replaced_at timestamptz
    )`,
    sql`create table if not exists projections.statuses (name text primary key, status json not null, at timestamptz not null)`,
    sql`create unique index if not exists builds_serving on projections.builds (name) where serving`,
  ],
  [
    sql`alter table projections.builds
      add column scratch boolean not null default false,
      add column indexed boolean not null default true,
      add column takes_over boolean not null default true,
      add column dropping boolean not null default false,
      add column replay boolean not null default false,
      add column park_position int8,
      add column tended int8 not null default 0`,
    // What served once, or serves, is not to take over from what replaced it.
    sql`update projections.builds set takes_over = false where serving or replaced_at is not null`,
    sql`create table projections.parked (
      schema_name text not null references projections.builds on delete cascade, position int8 not null, event_id text not null,
      type text not null, stream text not null, correlation text not null, error text not null, behind boolean not null,
      parked_at timestamptz not null default now(), tries int4 not null default 1, primary key (schema_name, position)
    )`,
    sql`create table projections.leases (name text primary key, holder text not null, until timestamptz not null)`,
    sql`create table projections.verifications (
      id int8 generated always as identity primary key, name text not null, schema_name text, state text not null, percent int4 not null default 0,
      requested_at timestamptz not null default now(), finished_at timestamptz, result json, error text
    )`,
    sql`create index on projections.verifications (name, id)`,
    sql`create unique index on projections.verifications (name) where finished_at is null`,
  ],
];

/** The read models were last worked on by a program that knows more than this one. */
export class ReadStoreIsNewer extends Error {
  readonly code = 'READ_STORE_IS_NEWER';
  constructor(found: number) {
    super(
      `the read models' own tables are of format ${found}, and this program knows ${MIGRATIONS.length}: it is older than the one that made them`,
    );
  }
}

/**
 * Brings the runtime's own tables to this program's format, inside a transaction that holds the lock on them.
 *
 * @throws ReadStoreIsNewer
 */
export async function migrate(tx: ReadStoreTransaction): Promise<void> {
  await sql`create schema if not exists projections`.execute(tx);
  await sql`create table if not exists projections.migrations (number int4 primary key, at timestamptz not null default now())`.execute(
    tx,
  );
  const { rows } = await sql<{ last: number | null }>`select max(number) as last from projections.migrations`.execute(
    tx,
  );
  const last = rows[0]?.last ?? 0;
  if (last > MIGRATIONS.length) throw new ReadStoreIsNewer(last);
  for (const [index, statements] of MIGRATIONS.entries()) {
    if (index < last) continue;
    for (const statement of statements) await statement.execute(tx);
    await sql`insert into projections.migrations (number) values (${index + 1})`.execute(tx);
  }
}
