import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../..');

describe('any bytes at all, posted to the running whole', () => {
  it('are never answered 5xx, and every post that was answered 200 is in the audit trail', () => {
    const count = String(rounds({ test: 500, short: 5_000, long: 100_000 }));
    execFileSync(process.execPath, [join(root, 'tools/bench/dist/main.js'), 'fuzz', '--count', count], {
      // Jest's own options are nothing to the program.
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: 'inherit',
    });
  });
});
