import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { FolderLocked, lockFolder } from './folder-lock.js';
import { openReadStore } from './read-store.js';

describe('the folder of the embedded engine', () => {
  let dir: string;
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'mo-ledger-read-store-'))));
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('is locked while it is in use, and the refusal names the holder', async () => {
    const unlock = await lockFolder(dir);
    await expect(lockFolder(dir)).rejects.toThrow(FolderLocked);
    await expect(lockFolder(dir)).rejects.toThrow(`process ${process.pid}`);
    await unlock();
    await (
      await lockFolder(dir)
    )();
    expect(readdirSync(dir)).toEqual([]);
  });

  it('is taken over from a process that was killed', async () => {
    const other = spawn(process.execPath, ['-e', '']);
    await once(other, 'exit');
    writeFileSync(join(dir, 'lock'), JSON.stringify({ pid: other.pid, begun: null }));
    await (
      await lockFolder(dir)
    )();
  });

  it('is taken over from a process whose id somebody else has now', async () => {
    writeFileSync(join(dir, 'lock'), JSON.stringify({ pid: process.pid, begun: '1' }));
    await (
      await lockFolder(dir)
    )();
  });

  it('is set aside where it does not open, and begun anew', async () => {
    mkdirSync(join(dir, 'pglite'));
    writeFileSync(join(dir, 'pglite', 'PG_VERSION'), '3\n');
    const moved: string[] = [];
    const store = await openReadStore({ dir, onSetAside: (_, movedTo) => moved.push(movedTo) });
    expect((await sql`select 1 as one`.execute(store.db)).rows).toEqual([{ one: 1 }]);
    await store.close();
    expect(moved.map(existsSync)).toEqual([true]);
  }, 60_000);
});
