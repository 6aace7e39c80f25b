import { execFileSync } from 'node:child_process';
import { chownSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** `nobody`: the user that PostgreSQL runs as where we are root. */
const NOBODY = 65_534;

/** How the programs of PostgreSQL are run by this user. */
export interface RunAs {
  /** The command and the arguments that run a program. */
  command(program: string, args: readonly string[]): [command: string, args: string[]];
  /** Makes a folder and everything in it the server's. */
  own(folder: string): void;
}

/** Neither way of running PostgreSQL as root works here. */
export class PostgresRefusesRoot extends Error {
  readonly code = 'POSTGRES_REFUSES_ROOT';
  constructor() {
    super(
      'PostgreSQL does not run as root, and this machine has neither user namespaces nor setpriv: run mo-ledger as an ordinary user, or set DATABASE_URL',
    );
  }
}

/**
 * PostgreSQL refuses to run as root. In a user namespace, root is nobody: the files stay root's, and closed folders above the data stay
 * reachable. Where namespaces are forbidden, the server runs as nobody, with the right to pass closed folders.
 *
 * @throws PostgresRefusesRoot
 */
export function runAs(uid = process.getuid?.()): RunAs {
  if (uid !== 0) return { command: (program, args) => [program, [...args]], own: () => undefined };
  for (const { wrapper, owner } of WAYS)
    if (works(wrapper))
      return {
        command: (program, args) => [wrapper[0], [...wrapper.slice(1), program, ...args]],
        own: (folder) => chownAll(folder, owner),
      };
  throw new PostgresRefusesRoot();
}

const WAYS: readonly { wrapper: readonly [string, ...string[]]; owner: number }[] = [
  { wrapper: ['unshare', '--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`], owner: 0 },
  {
    wrapper: [
      'setpriv',
      `--reuid=${NOBODY}`,
      `--regid=${NOBODY}`,
      '--clear-groups',
      '--securebits=+no_setuid_fixup',
      '--inh-caps=+dac_override',
      '--ambient-caps=+dac_override',
    ],
    owner: NOBODY,
  },
];

function works([command, ...args]: readonly [string, ...string[]]): boolean {
  try {
    execFileSync(command, [...args, 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function chownAll(path: string, owner: number): void {
  const { uid } = lstatSync(path);
  if (uid === owner) return;
  chownSync(path, owner, owner);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) chownAll(inside, owner);
    else if (!entry.isSymbolicLink()) chownSync(inside, owner, owner);
  }
}
