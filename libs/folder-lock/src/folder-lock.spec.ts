import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderLocked, lockFolder } from './folder-lock.js';

describe('a locked folder', () => {
  let dir: string;
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'mo-ledger-lock-'))));
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('is refused to everybody else, and the refusal names the holder', () => {
    const release = lockFolder(dir);
    expect(() => lockFolder(dir)).toThrow(FolderLocked);
    expect(() => lockFolder(dir)).toThrow(`process ${process.pid}`);
    release();
    lockFolder(dir)();
  });

  it('is free again when its holder is killed', async () => {
    const program = `
      const { DatabaseSync } = require('node:sqlite');
      const lock = new DatabaseSync(${JSON.stringify(join(dir, 'lock.db'))});
      lock.exec('pragma journal_mode = delete; begin exclusive');
      console.log('locked');
      setInterval(() => {}, 1000);`;
    const other = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'ignore'] });
    await once(other.stdout, 'data');
    expect(() => lockFolder(dir)).toThrow(FolderLocked);
    other.kill('SIGKILL');
    await once(other, 'exit');
    lockFolder(dir)();
  });
});
