import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../../../..');
const START_MS = 60_000;

/** Compiles what has changed: specs run the programs as they are started by people. */
export const buildPrograms = (): void =>
  void execFileSync(process.execPath, [join(root, 'tools/workspace/prepare.mjs'), '--build'], {
    env: { ...process.env, CI: 'true' },
  });

export interface Answer {
  readonly status: number;
  // What a spec reads of an answer is what it expects there.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly json: any;
}

/** A program of this repository at work in a process of its own. */
export class Program {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    private readonly said: () => string,
  ) {}

  /**
   * Starts a program, and resolves when it says where it listens.
   *
   * @param folder for example `apps/projector`
   * @param env besides what every program gets: a free port, and no log below errors
   */
  static async start(folder: string, env: Readonly<Record<string, string>>, args: readonly string[] = []) {
    const { NODE_OPTIONS: _, ...inherited } = process.env;
    const child = spawn(process.execPath, [join(root, folder, 'dist/main.js'), ...args], {
      env: { ...inherited, HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'error', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-20_000)));
    const url = await new Promise<string>((ready, reject) => {
      const fail = (why: string) => reject(new Error(`${folder} ${why}: ${said}`));
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        fail('did not listen');
      }, START_MS);
      child.once('exit', (code, signal) => fail(`ended with ${signal ?? code}`));
      child.stdout.on('data', () => {
        const listening = /listening on (\S+)/.exec(said)?.[1];
        if (listening) ready(listening);
        clearTimeout(timer);
      });
    });
    return new Program(child, url, () => said);
  }

  /** What it has said, on stdout and stderr. */
  get output(): string {
    return this.said();
  }

  /** Ends it, and resolves when it is gone. */
  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((gone) => child.once('exit', gone));
    child.kill(signal);
    await ended;
  }

  async call(method: 'GET' | 'POST', path: string, { after }: { after?: bigint } = {}): Promise<Answer> {
    const response = await fetch(this.url + path, {
      method,
      headers: after === undefined ? {} : { 'ledger-after': String(after) },
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    return { status: response.status, json: text ? JSON.parse(text) : null };
  }
}
