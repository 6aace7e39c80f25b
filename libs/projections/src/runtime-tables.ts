import { sql } from '@mo-ledger/read-store';

/** The runtime's own tables. */
export const RUNTIME_TABLES = [
  sql`create schema if not exists projections`,
  sql`create table if not exists projections.ledger (id text not null)`,
  sql`create table if not exists projections.builds (
    schema_name text primary key, name text not null, version int4 not null, build int4 not null, fingerprint text not null,
    position int8 not null default -1, handled int8 not null default 0, serves_from int8 not null,
    last_event_position int8, last_event_id text, serving boolean not null, takes_over boolean not null, scratch boolean not null,
    indexed boolean not null default false, dropping boolean not null default false, replay boolean not null default false, park_position int8,
    created_at timestamptz not null default now(), replaced_at timestamptz
  )`,
  sql`create unique index if not exists builds_serving on projections.builds (name) where serving`,
  sql`create table if not exists projections.parked (
    schema_name text not null references projections.builds on delete cascade, position int8 not null, event_id text not null,
    type text not null, stream text not null, correlation text not null, error text not null, behind boolean not null,
    parked_at timestamptz not null default now(), tries int4 not null default 1, primary key (schema_name, position)
  )`,
  sql`create table if not exists projections.leases (
    name text primary key, holder text not null, until timestamptz not null, note json, noted_at timestamptz not null default now()
  )`,
  sql`create table if not exists projections.verifications (
    id int8 generated always as identity primary key, name text not null, schema_name text, state text not null, percent int4 not null default 0,
    requested_at timestamptz not null default now(), finished_at timestamptz, result json, error text
  )`,
  sql`create index if not exists verifications_name on projections.verifications (name, id)`,
  sql`create unique index if not exists verifications_open on projections.verifications (name) where finished_at is null`,
];
