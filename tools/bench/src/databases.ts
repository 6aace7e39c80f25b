import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openReadStore, sql } from '@mo-ledger/read-store';
import { startPostgres, type TestPostgres } from '@mo-ledger/read-store/testing';

export type EngineName = 'pglite' | 'postgres';

/** Where read models are built: what `openReadStore` takes. */
export type Database = { readonly url: string } | { readonly dir: string };

/** Empty databases of an engine, for as long as a benchmark runs. */
export interface Databases {
  readonly engine: EngineName;
  create(): Promise<Database>;
  drop(database: Database): Promise<void>;
  stop(): Promise<void>;
}

/** @throws where PostgreSQL is wanted and not installed */
export async function openDatabases(engine: string): Promise<Databases> {
  if (engine === 'pglite') return pgliteFolders;
  if (engine !== 'postgres') throw new Error(`there is no engine ${engine}`);
  const cluster = await startPostgres();
  if (!cluster) throw new Error('PostgreSQL is not installed');
  return databasesOf(cluster);
}

const pgliteFolders: Databases = {
  engine: 'pglite',
  create: async () => ({ dir: await mkdtemp(join(tmpdir(), 'mo-ledger-bench-')) }),
  drop: async (database) => {
    if ('dir' in database) await rm(database.dir, { recursive: true, force: true });
  },
  stop: async () => undefined,
};

let created = 0;

function databasesOf(cluster: TestPostgres): Databases {
  const administer = async (statement: ReturnType<typeof sql>): Promise<void> => {
    const admin = await openReadStore({ url: cluster.url, mostConnections: 1 });
    await statement.execute(admin.db);
    await admin.close();
  };
  return {
    engine: 'postgres',
    create: async () => {
      const url = new URL(cluster.url);
      url.pathname = `/bench_${process.pid}_${++created}`;
      await administer(sql`create database ${sql.id(url.pathname.slice(1))}`);
      return { url: url.href };
    },
    drop: async (database) => {
      if (!('url' in database)) return;
      await administer(sql`drop database ${sql.id(new URL(database.url).pathname.slice(1))} with (force)`);
    },
    stop: () => cluster.stop(),
  };
}
