import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { EmbeddedPostgres } from '../embedded-postgres.js';
import { openReadStore, type ReadStore } from '../read-store.js';

/** A server for specs. */
export interface TestPostgres {
  /** `postgres://…` */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a server in a temporary folder; nothing of it reaches the disk in order. */
export async function startTestPostgres({ durable = false } = {}): Promise<TestPostgres> {
  const dir = mkdtempSync(join(tmpdir(), 'mo-ledger-test-'));
  const server = new EmbeddedPostgres({ dir, durable, notice: (line) => process.stderr.write(`${line}\n`) });
  server.start();
  await server.serving();
  const stop = async (): Promise<void> => {
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  };
  return { url: server.url, stop };
}

/** An empty database of its own. */
export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

let databases = 0;

/** A new database on the test run's server (`TEST_DATABASE_URL`), or on a server of its own where there is none. */
export async function testDatabase(): Promise<TestDatabase> {
  const given = process.env['TEST_DATABASE_URL'];
  const server = given ? { url: given, stop: async () => undefined } : await startTestPostgres();
  const name = `test_${process.pid}_${Date.now()}_${databases++}`;
  const asAdmin = async (statement: ReturnType<typeof sql>): Promise<void> => {
    const admin = openReadStore({ url: server.url, mostConnections: 1 });
    await statement.execute(admin.db);
    await admin.close();
  };
  await asAdmin(sql`create database ${sql.id(name)}`);
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  const drop = async (): Promise<void> => {
    await asAdmin(sql`drop database if exists ${sql.id(name)} with (force)`);
    await server.stop();
  };
  return { url: url.href, drop };
}

/** An empty read store in a database of its own; `close` drops it. */
export async function testReadStore(): Promise<ReadStore & { readonly url: string }> {
  const { url, drop } = await testDatabase();
  const store = openReadStore({ url });
  const close = async (): Promise<void> => {
    await store.close();
    await drop();
  };
  return { db: store.db, url, close };
}

/** Drops every table, so that one store serves many tests. */
export async function emptyReadStore({ db }: ReadStore): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select nspname as name from pg_namespace where nspname !~ '^pg_' and nspname not in ('information_schema', 'public')`.execute(
    db,
  );
  for (const { name } of rows) await sql`drop schema ${sql.id(name)} cascade`.execute(db);
}
