import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, relative, resolve, sep } from 'node:path';
import { promisify } from 'node:util';

const root = resolve(import.meta.dirname, '../../../..');
const LEFT_OUT = new Set(['node_modules', 'dist', '.nx', '.git', 'data', 'coverage']);
const INSTALLED = '.package-lock.json';
const LONGEST_RUN_MS = 180_000;

/** A copy of the workspace as it stands, in a folder of its own, with the same installed packages. */
export class WorkspaceCopy {
  readonly root = mkdtempSync(join(tmpdir(), 'mo-ledger-workspace-'));

  constructor() {
    cpSync(root, this.root, {
      recursive: true,
      filter: (source) =>
        !relative(root, source)
          .split(sep)
          .some((part) => LEFT_OUT.has(part)),
    });
    this.#linkPackages('.');
    // What npm writes down about the copy's packages must not become true of ours.
    cpSync(join(root, 'node_modules', INSTALLED), join(this.root, 'node_modules', INSTALLED));
    // Those of the workspace are links to its folders: in the copy, to the copy's.
    this.#linkPackages('@mo-ledger', (name) => readlinkSync(join(root, 'node_modules/@mo-ledger', name)));
  }

  #linkPackages(scope: string, target?: (name: string) => string): void {
    const from = join(root, 'node_modules', scope);
    const to = join(this.root, 'node_modules', scope);
    mkdirSync(to, { recursive: true });
    for (const name of readdirSync(from))
      if (!['@mo-ledger', '.cache', INSTALLED].includes(name))
        symlinkSync(target?.(name) ?? join(from, name), join(to, name));
  }

  /** The environment of the copy's commands: what Nx tells the tasks that it runs, a spec among them, is not for them. */
  get env(): Record<string, string | undefined> {
    const inherited = Object.entries(process.env).filter(([name]) => !/^(NX_|JEST_|npm_)/.test(name));
    return {
      ...Object.fromEntries(inherited),
      NX_DAEMON: 'false',
      // In one process, each command takes a second less.
      NX_ISOLATE_PLUGINS: 'false',
      NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
      PATH: `${join(this.root, 'node_modules/.bin')}${delimiter}${process.env.PATH ?? ''}`,
    };
  }

  /** Runs one of the workspace's commands. Throws with what it printed where it fails. */
  async run(command: string, ...args: readonly string[]): Promise<string> {
    const { env } = this;
    try {
      const options = { cwd: this.root, env, timeout: LONGEST_RUN_MS, maxBuffer: 64 * 1024 * 1024 };
      const { stdout } = await promisify(execFile)(command, args, options);
      return stdout;
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}\n${stderr}`, { cause: error });
    }
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
