import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { lockFolder } from '@mo-ledger/folder-lock';
import { postgresBinaries } from './embedded/binaries.js';
import { ENVIRONMENT, prepareCluster, reasonIn, USER } from './embedded/cluster.js';
import { runAs } from './embedded/run-as.js';
import { settings } from './embedded/settings.js';

export interface EmbeddedPostgresOptions {
  /** Where the server keeps its files; one server a folder. */
  readonly dir: string;
  /** Receives one line for each thing that a person should know: a folder set aside, a server that ended, a start that failed. */
  readonly notice?: (line: string) => void;
  /** Whether commits and checkpoints reach the disk; default true. Specs do without. */
  readonly durable?: boolean;
}

const SHORTEST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;
const STOP_MS = 10_000;
const STARTING_AGAIN = 'it is starting again';
const SOCKET_FOLDER = 'mo-ledger-postgres-';
/** What a server writes about itself, its process id first. */
const PID_FILE = 'postmaster.pid';
/** Counted from 0. */
const SOCKET_FOLDER_LINE = 4;
/** A socket's path is at most 103 bytes on some systems. */
const LONGEST_SOCKET_FOLDER = 60;

/**
 * A PostgreSQL server of our own: a child process on a folder, reached by a socket that only this user can open. It starts again
 * whenever it ends, until `stop`. It does not outlive this process, however this process ends.
 */
export class EmbeddedPostgres {
  /** For `openReadStore`; valid from the beginning, also while the server starts. */
  readonly url: string;
  readonly #socketFolder: string;
  readonly #notice: (line: string) => void;
  readonly #ended = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #server: ChildProcess | null = null;
  #waiting: (() => void)[] = [];
  #problem: string | null = 'it is starting';

  constructor(private readonly options: EmbeddedPostgresOptions) {
    const temporary = tmpdir().length > LONGEST_SOCKET_FOLDER ? '/tmp' : tmpdir();
    this.#socketFolder = mkdtempSync(join(temporary, SOCKET_FOLDER));
    this.url = `postgres://${USER}@localhost/postgres?host=${encodeURIComponent(this.#socketFolder)}&sslmode=disable`;
    this.#notice = options.notice ?? (() => undefined);
  }

  /** Why it does not serve, in one line; null while it serves. */
  get problem(): string | null {
    return this.#problem;
  }

  /** The server's process id; null while there is none. */
  get pid(): number | null {
    return this.#server?.pid ?? null;
  }

  /** Begins in the background and goes on until `stop`. */
  start(): void {
    this.#running = this.#run();
  }

  /** Resolves when the server serves, or at once where it does. */
  async serving(): Promise<void> {
    while (this.#problem !== null) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Ends the server: what is under way is rolled back. */
  async stop(): Promise<void> {
    this.#ended.abort();
    this.#server?.kill('SIGINT');
    const tooLong = setTimeout(() => this.#server?.kill('SIGQUIT'), STOP_MS);
    await this.#running;
    clearTimeout(tooLong);
    rmSync(this.#socketFolder, { recursive: true, force: true });
  }

  async #run(): Promise<void> {
    const { signal } = this.#ended;
    let release: (() => void) | null = null;
    let pause = SHORTEST_PAUSE_MS;
    while (!signal.aborted) {
      try {
        mkdirSync(this.options.dir, { recursive: true });
        release ??= lockFolder(this.options.dir);
        await this.#serveOnce(() => (pause = SHORTEST_PAUSE_MS));
      } catch (error) {
        const problem = (error as Error).message;
        // A problem that lasts is told once; process ids in it change with each try.
        const isNew = withoutNumbers(problem) !== withoutNumbers(this.#problem ?? '');
        if (isNew && !signal.aborted) this.#notice(`PostgreSQL does not serve: ${problem}`);
        this.#problem = problem;
      }
      await delay(pause, undefined, { signal }).catch(() => undefined);
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
    release?.();
  }

  /** From the preparation of the folder to the end of the server. Throws where it ends without being stopped. */
  async #serveOnce(onServing: () => void): Promise<void> {
    const binaries = postgresBinaries();
    const as = runAs();
    const cluster = await prepareCluster(this.options.dir, binaries, as, this.#notice);
    as.own(this.#socketFolder);
    await orphanGone(cluster, this.#socketFolder, this.#ended.signal);
    if (this.#ended.signal.aborted) return;
    const server = spawn(
      ...as.command(binaries.postgres, ['-D', cluster, ...settings(this.#socketFolder, this.options.durable ?? true)]),
      // A group of its own: Ctrl-C in the terminal reaches this process alone, which then stops the server in order.
      { stdio: ['ignore', 'ignore', 'pipe'], detached: true, env: ENVIRONMENT },
    );
    this.#server = server;
    const ended = once(server, 'exit') as Promise<[code: number | null, signal: NodeJS.Signals | null]>;
    const watchdog = stopWithThisProcess(server);
    let output = '';
    server.stderr.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-10_000);
      if (this.#problem === null || !output.includes('ready to accept connections')) return;
      this.#problem = null;
      output = '';
      onServing();
      for (const wake of this.#waiting.splice(0)) wake();
    });
    try {
      const [code, endedBy] = await ended;
      if (this.#ended.signal.aborted) return;
      throw new Error((endedBy === null && reasonIn(output)) || `it ended with ${endedBy ?? code}`);
    } finally {
      watchdog.kill('SIGKILL');
      this.#server = null;
      this.#problem ??= STARTING_AGAIN;
    }
  }
}

const withoutNumbers = (text: string): string => text.replace(/\d+/g, '');

/** Stops the server when this process is gone: the pipe that the watchdog reads from ends with it. */
function stopWithThisProcess(server: ChildProcess): ChildProcess {
  const watchdog = spawn('sh', ['-c', 'read -r _; kill -INT "$0"', String(server.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    env: ENVIRONMENT,
  });
  watchdog.on('error', () => undefined);
  watchdog.unref();
  return watchdog;
}

/**
 * Waits until a server that an earlier process left behind is gone, and removes its socket. We hold the folder's lock, so nobody needs
 * that server: one that its watchdog does not stop is stopped here.
 */
async function orphanGone(cluster: string, ownSocketFolder: string, signal: AbortSignal): Promise<void> {
  const left = linesOf(cluster)[SOCKET_FOLDER_LINE] ?? '';
  for (let looks = 0; !signal.aborted; looks++) {
    const pid = serverOf(cluster);
    if (pid === null) break;
    if (pid === 'another program') {
      rmSync(join(cluster, PID_FILE), { force: true });
      break;
    }
    if (looks > 0 && looks % 20 === 0) process.kill(pid, looks > 100 ? 'SIGQUIT' : 'SIGINT');
    await delay(50, undefined, { signal }).catch(() => undefined);
  }
  if (left !== ownSocketFolder && basename(left).startsWith(SOCKET_FOLDER))
    rmSync(left, { recursive: true, force: true });
}

/**
 * The process of a server that runs on this cluster; null where there is none. After a restart of the machine or of a container, another
 * program may have its number: PostgreSQL would take it for a server and never start. Only Linux tells what a process is.
 */
function serverOf(cluster: string): number | 'another program' | null {
  try {
    const pid = Number.parseInt(linesOf(cluster)[0] ?? '');
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(cluster) ? pid : 'another program';
  } catch {
    return null;
  }
}

/** What a server, running or killed, wrote down about itself. */
function linesOf(cluster: string): string[] {
  try {
    return readFileSync(join(cluster, PID_FILE), 'utf8').split('\n');
  } catch {
    return [];
  }
}
