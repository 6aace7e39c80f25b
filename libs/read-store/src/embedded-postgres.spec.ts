import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { EARLIER_ENGINE } from './embedded/cluster.js';
import { EmbeddedPostgres } from './embedded-postgres.js';
import { openReadStore } from './read-store.js';

describe('the embedded PostgreSQL', () => {
  let dir: string;
  let notices: string[];
  let server: EmbeddedPostgres;
  let told: () => void = () => undefined;
  const begin = (): void => {
    server = new EmbeddedPostgres({ dir, durable: false, notice: (line) => (notices.push(line), told()) });
    server.start();
  };
  const start = (): Promise<void> => {
    begin();
    return server.serving();
  };
  const nextNotice = () => new Promise<void>((resolve) => (told = resolve));
  const ask = async <T>(statement: ReturnType<typeof sql<T>>): Promise<T[]> => {
    const store = openReadStore({ url: server.url });
    try {
      return (await statement.execute(store.db)).rows;
    } finally {
      await store.close();
    }
  };
  beforeEach(() => {
    dir = join(mkdtempSync(join(tmpdir(), 'mo-ledger-spec-')), 'read-models');
    notices = [];
  });
  afterEach(async () => {
    await server.stop();
    rmSync(join(dir, '..'), { recursive: true, force: true });
  });

  it('keeps what was committed from one start to the next', async () => {
    await start();
    await ask(sql`create table t as select 7 as n`);
    await server.stop();
    await start();
    expect(await ask(sql`select n from t`)).toEqual([{ n: 7 }]);
    expect(notices).toEqual([]);
  });

  it('lets nobody in but the user whose socket it is', async () => {
    await start();
    const folder = new URL(server.url).searchParams.get('host') ?? '';
    expect(statSync(folder).mode & 0o077).toBe(0);
    expect(
      await ask(sql<{ setting: string }>`select setting from pg_settings where name = 'listen_addresses'`),
    ).toEqual([{ setting: '' }]);
  });

  it('sets a folder of another version aside, and one of an earlier version of mo-ledger', async () => {
    mkdirSync(join(dir, EARLIER_ENGINE), { recursive: true });
    mkdirSync(join(dir, 'postgres'));
    writeFileSync(join(dir, 'postgres/PG_VERSION'), '15\n');
    await start();
    expect(notices).toEqual([
      expect.stringMatching(/belongs to an earlier version of mo-ledger.* built anew from the log$/),
      expect.stringMatching(/postgres belongs to PostgreSQL 15, and this is PostgreSQL 18: it is kept as .*set-aside/),
    ]);
    expect(readdirSync(dir).filter((name) => name.includes('set-aside'))).toHaveLength(2);
  });

  it('begins anew where initdb was interrupted', async () => {
    mkdirSync(join(dir, 'postgres.unfinished-x/base'), { recursive: true });
    await start();
    expect(existsSync(join(dir, 'postgres.unfinished-x'))).toBe(false);
  });

  it('names what is wrong in one line, goes on trying, and serves as soon as it can', async () => {
    mkdirSync(join(dir, 'postgres'), { recursive: true });
    writeFileSync(join(dir, 'postgres/PG_VERSION'), '18\n');
    const problem = nextNotice();
    begin();
    await problem;
    expect(notices).toEqual([expect.stringMatching(/^PostgreSQL does not serve: .*postgresql\.conf/)]);
    expect(server.problem).toContain('postgresql.conf');
    rmSync(join(dir, 'postgres'), { recursive: true });
    await server.serving();
    expect(server.problem).toBeNull();
    expect(notices).toHaveLength(1);
  });

  it('is back by itself when it is killed, with what was committed', async () => {
    await start();
    await ask(sql`create table t as select 7 as n`);
    await ask(sql`checkpoint`);
    const ended = nextNotice();
    process.kill(server.pid ?? 0, 'SIGKILL');
    await ended;
    await server.serving();
    expect(await ask(sql`select n from t`)).toEqual([{ n: 7 }]);
    expect(notices).toEqual(['PostgreSQL does not serve: it ended with SIGKILL']);
  });

  it('starts where another program has the process id of a server that was killed', async () => {
    await start();
    await server.stop();
    writeFileSync(join(dir, 'postgres/postmaster.pid'), `${process.pid}\n`);
    await start();
    expect(notices).toEqual([]);
  });

  it('has nothing of the settings of this process or of its user', async () => {
    process.env['PGSSLMODE'] = 'require';
    await start();
    expect(await ask(sql`select 1 as one`)).toEqual([{ one: 1 }]);
    delete process.env['PGSSLMODE'];
  });

  it('has a folder for itself', async () => {
    await start();
    let refuse: (line: string) => void = () => undefined;
    const refused = new Promise<string>((resolve) => (refuse = resolve));
    const other = new EmbeddedPostgres({ dir, notice: refuse });
    other.start();
    const line = await refused;
    await other.stop();
    expect(line).toContain(`in use by the process ${process.pid}`);
  });
});
