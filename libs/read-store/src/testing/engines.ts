import { sql } from 'kysely';
import { openReadStore, type ReadStore } from '../read-store.js';
import { startPostgres, type TestPostgres } from './postgres-cluster.js';

export interface EngineUnderTest {
  readonly name: 'PGlite' | 'PostgreSQL';
  /** An empty read store; the same tables are never seen by two of them. Null where the engine is not installed. */
  open(): Promise<ReadStore | null>;
  /** Ends what was started. */
  stop(): Promise<void>;
}

/** Both engines, for `describe.each(engines())('on $name', …)`: the same spec runs on each of them. */
export const engines = (): EngineUnderTest[] => [
  { name: 'PGlite', open: () => openReadStore(), stop: async () => undefined },
  postgresUnderTest(),
];

function postgresUnderTest(): EngineUnderTest {
  let server: Promise<TestPostgres | null> | undefined;
  let databases = 0;
  return {
    name: 'PostgreSQL',
    async open() {
      const running = await (server ??= startPostgres());
      if (!running) {
        process.stderr.write('NOT TESTED on PostgreSQL: it is not installed and TEST_DATABASE_URL is not set\n');
        return null;
      }
      const admin = await openReadStore({ url: running.url, mostConnections: 1 });
      const name = `test_${process.pid}_${databases++}`;
      await sql`create database ${sql.id(name)}`.execute(admin.db);
      await admin.close();
      const url = new URL(running.url);
      url.pathname = `/${name}`;
      return openReadStore({ url: url.href });
    },
    async stop() {
      await (await server)?.stop();
    },
  };
}

/** Drops everything, so that one store serves many tests: to make another takes seconds. */
export async function emptyReadStore(store: ReadStore): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select nspname as name from pg_namespace where nspname !~ '^pg_' and nspname not in ('information_schema', 'public')`.execute(
    store.db,
  );
  for (const { name } of rows) await sql`drop schema ${sql.id(name)} cascade`.execute(store.db);
}
