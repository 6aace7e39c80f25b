import { fork } from 'node:child_process';
import type { ChildProcess, ForkOptions } from 'node:child_process';
import { FROM_SOURCES } from '../storage/from-sources.js';

const main = new URL('../main.ts', import.meta.url);

/** An event store in a process of its own, to be killed or starved. */
export class ChildStore {
  readonly process: ChildProcess;
  readonly #output: string;

  private constructor(process: ChildProcess, output: string) {
    this.process = process;
    this.#output = output;
  }

  static async start(dir: string, args: readonly string[] = [], options: ForkOptions = {}): Promise<ChildStore> {
    const child = fork(main, ['--dir', dir, '--port', '0', ...args], {
      execArgv: FROM_SOURCES,
      silent: true,
      ...options,
    });
    const output = await new Promise<string>((resolve, reject) => {
      let errors = '';
      child.stderr?.on('data', (data: Buffer) => (errors += data.toString()));
      child.once('exit', (code) => reject(new Error(`it ended with ${code}: ${errors}`)));
      child.stdout?.once('data', (data: Buffer) => resolve(data.toString()));
    });
    return new ChildStore(child, output);
  }

  get url(): string {
    return `esdb://127.0.0.1:${/listening on \S*:(\d+)/.exec(this.#output)?.[1]}?tls=false`;
  }

  get metricsUrl(): string {
    return `http://127.0.0.1:${/metrics on port (\d+)/.exec(this.#output)?.[1]}`;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill(signal);
    await ended;
  }
}
