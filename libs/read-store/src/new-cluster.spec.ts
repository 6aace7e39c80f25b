import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beginCluster, emptyCluster } from './new-cluster.js';
import { openReadStore, sql } from './index.js';

describe("PGlite's files", () => {
  let dir: string;
  let files: string;
  let cache: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'mo-ledger-'));
    mkdirSync(join(dir, 'data'));
    files = join(dir, 'data/pglite');
    cache = join(dir, 'cache');
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('begin as a copy of an empty cluster, which is made once even where several want it', async () => {
    const made = await Promise.all([emptyCluster(cache), emptyCluster(cache)]);
    expect(new Set(made).size).toBe(1);
    expect(readdirSync(cache)).toHaveLength(1);
    await beginCluster(files, cache);
    const store = await openReadStore({ dir: join(dir, 'data') });
    expect((await sql`select 1 as one`.execute(store.db)).rows).toEqual([{ one: 1 }]);
    await store.close();
    // Nothing was set aside.
    expect(readdirSync(join(dir, 'data'))).toEqual(['pglite']);
  }, 60_000);

  it('begin anew where a copy was not finished', async () => {
    await emptyCluster();
    mkdirSync(`${files}.unfinished/base`, { recursive: true });
    await beginCluster(files);
    expect([existsSync(join(files, 'PG_VERSION')), existsSync(join(files, 'base/1'))]).toEqual([true, true]);
    expect(readdirSync(join(dir, 'data'))).toEqual(['pglite']);
  }, 60_000);

  it('are left to PGlite where the empty cluster cannot be kept', async () => {
    writeFileSync(cache, 'a file, no folder');
    await beginCluster(files, cache);
    expect(readdirSync(join(dir, 'data'))).toEqual([]);
  });
});
