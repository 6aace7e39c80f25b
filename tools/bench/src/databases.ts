import { openReadStore, sql } from '@mo-ledger/read-store';
import { startTestPostgres } from '@mo-ledger/read-store/testing';

/** Empty databases on one PostgreSQL server, for as long as a benchmark runs. */
export interface Databases {
  /** Makes an empty database, and returns its URL. */
  create(): Promise<string>;
  drop(url: string): Promise<void>;
  stop(): Promise<void>;
}

let created = 0;

/** Starts the embedded PostgreSQL with the product's own settings: what has to reach the disk does. */
export async function openDatabases(): Promise<Databases> {
  const server = await startTestPostgres({ durable: true });
  const administer = async (statement: ReturnType<typeof sql>): Promise<void> => {
    const admin = openReadStore({ url: server.url, mostConnections: 1 });
    try {
      await statement.execute(admin.db);
    } finally {
      await admin.close();
    }
  };
  return {
    create: async () => {
      const name = `bench_${process.pid}_${++created}`;
      await administer(sql`create database ${sql.id(name)}`);
      const url = new URL(server.url);
      url.pathname = `/${name}`;
      return url.href;
    },
    drop: (url) => administer(sql`drop database ${sql.id(new URL(url).pathname.slice(1))} with (force)`),
    stop: () => server.stop(),
  };
}
