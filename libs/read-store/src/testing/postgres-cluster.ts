import { execFile, spawn } from 'node:child_process';
import { chownSync, existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface TestPostgres {
  /** `postgres://…` of a database of its own. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * PostgreSQL for specs: the server that `TEST_DATABASE_URL` names, or a cluster of its own in a temporary folder where PostgreSQL is installed.
 * Null where there is neither; the caller says so.
 *
 * @param durable whether a commit waits for the disk; specs need not
 */
export async function startPostgres({ durable = false } = {}): Promise<TestPostgres | null> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given) return { url: given, stop: async () => undefined };
  const bin = globSync('/usr/lib/postgresql/*/bin').sort().at(-1);
  if (!bin || !existsSync(join(bin, 'initdb'))) return null;

  const dir = mkdtempSync(join(tmpdir(), 'mo-ledger-postgres-'));
  const asRoot = userInfo().uid === 0;
  // PostgreSQL refuses to run as root.
  if (asRoot) {
    const [uid, gid] = await Promise.all([idOf('-u'), idOf('-g')]);
    chownSync(dir, uid, gid);
  }
  const as = (command: string, args: string[]): [string, string[]] =>
    asRoot ? ['runuser', ['-u', 'postgres', '--', command, ...args]] : [command, args];
  await run(...as(join(bin, 'initdb'), ['-D', dir, '--auth=trust', '-U', 'postgres', '-E', 'UTF8', '--no-sync']));
  const port = await freePort();
  const server = spawn(
    ...as(join(bin, 'postgres'), [
      ...['-D', dir, '-p', String(port), '-h', '127.0.0.1', '-k', dir],
      ...(durable ? [] : ['-F']),
    ]),
    { stdio: 'ignore' },
  );
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const pg = join(bin, 'pg_isready');
  for (let tries = 0; tries < 300; tries++) {
    const ready = await run(pg, ['-h', '127.0.0.1', '-p', String(port)]).then(
      () => true,
      () => false,
    );
    if (ready) break;
    await delay(50);
  }
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    stop: async () => {
      await run(...as(join(bin, 'pg_ctl'), ['-D', dir, '-m', 'immediate', '-w', 'stop'])).catch(() => undefined);
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const idOf = async (which: '-u' | '-g'): Promise<number> =>
  Number((await run('id', [which, 'postgres'])).stdout.trim());

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
