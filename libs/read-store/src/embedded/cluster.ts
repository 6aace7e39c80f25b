import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { PostgresBinaries } from './binaries.js';
import type { RunAs } from './run-as.js';

/** The superuser of the embedded server, which only its own socket lets in. */
export const USER = 'mo_ledger';

/** Of the server's programs: none of our settings, the ledger's key among them, and none of the user's `PG…`. */
export const ENVIRONMENT = { PATH: process.env['PATH'] };

/** The folder of PGlite, in which earlier versions kept the read models. */
export const EARLIER_ENGINE = 'pglite';

/**
 * Makes sure that a folder holds a cluster of this version, and makes an empty one where it does not. What another version left is set
 * aside: the read models are built anew from the log.
 *
 * @param dir the read models' folder; the cluster is its subfolder `postgres`
 * @param notice receives one line for each thing that a person should know
 * @returns the cluster's folder
 * @throws Error whose message is initdb's own reason
 */
export async function prepareCluster(
  dir: string,
  { version, initdb }: Pick<PostgresBinaries, 'version' | 'initdb'>,
  as: RunAs,
  notice: (line: string) => void,
): Promise<string> {
  const cluster = join(dir, 'postgres');
  const setAside = (folder: string, why: string): void => {
    const kept = `${folder}.set-aside-${new Date().toISOString().replace(/[:.]/g, '-')}`;
    renameSync(folder, kept);
    notice(
      `${folder} ${why}: it is kept as ${kept}, which may be deleted, and the read models are built anew from the log`,
    );
  };
  const left = join(dir, EARLIER_ENGINE);
  if (existsSync(left)) setAside(left, 'belongs to an earlier version of mo-ledger, which had another engine');
  const found = versionOf(cluster);
  if (found !== null && found !== String(version))
    setAside(cluster, `belongs to PostgreSQL ${found}, and this is PostgreSQL ${version}`);
  if (!existsSync(cluster)) await makeCluster(cluster, initdb, as);
  as.own(cluster);
  return cluster;
}

function versionOf(cluster: string): string | null {
  if (!existsSync(cluster)) return null;
  try {
    return readFileSync(join(cluster, 'PG_VERSION'), 'utf8').trim();
  } catch {
    return 'of an unknown version';
  }
}

async function makeCluster(cluster: string, initdb: string, as: RunAs): Promise<void> {
  // An interrupted initdb leaves a folder that nobody takes for a cluster. It may still be at work: each try has a folder of its own.
  const [parent, prefix] = [dirname(cluster), `${basename(cluster)}.unfinished-`];
  for (const name of readdirSync(parent))
    if (name.startsWith(prefix)) rmSync(join(parent, name), { recursive: true, force: true });
  const unfinished = mkdtempSync(join(parent, prefix));
  as.own(unfinished);
  const [command, args] = as.command(initdb, [
    `--pgdata=${unfinished}`,
    `--username=${USER}`,
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
  ]);
  try {
    await promisify(execFile)(command, args, { env: ENVIRONMENT });
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new Error(reasonIn(stderr) ?? message, { cause: error });
  }
  renameSync(unfinished, cluster);
}

/** The line that says what went wrong, without its time and process id; undefined where there is no line. */
export function reasonIn(output = ''): string | undefined {
  const lines = output
    .split('\n')
    .map((line) => line.replace(/^.*? \[\d+\] (?=[A-Z]+: )/, '').trim())
    .filter((line) => line !== '');
  return (
    lines.findLast((line) => /no space left/i.test(line)) ??
    lines.findLast((line) => /error|fatal|panic/i.test(line)) ??
    lines.at(-1)
  );
}
