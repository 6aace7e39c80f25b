import { fork, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessMessage } from '@mo-ledger/http/child-process';

export interface ProcessOptions {
  readonly name: string;
  /** The program's file. */
  readonly file: string;
  /** The settings of each start, besides this process's own. */
  readonly env: () => Readonly<Record<string, string>>;
  readonly onMessage?: (message: ProcessMessage) => void;
}

/** A process beside this one cannot start; the message is its last line. */
export class PartFailed extends Error {
  readonly code = 'PART_FAILED';
}

const SHORTEST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;
/** A process that has run for so long has not failed at its start. */
const STEADY_MS = 10_000;
/** A process that takes longer to stop is ended. */
const STOP_MS = 12_000;

/** The line that says why it ended: the message of an error rather than its stack. */
function lastWords(output: string): string | undefined {
  const lines = output.split('\n').filter((line) => line.trim() !== '' && !/^\s|^Node\.js v/.test(line));
  return lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1);
}

/**
 * A program that runs beside this one and is started again whenever it ends, until it is stopped. It announces where it listens, and it
 * ends by itself when this process is gone.
 */
export class SupervisedProcess {
  #child: ChildProcess | null = null;
  #stopping = false;
  #pause = SHORTEST_PAUSE_MS;

  constructor(private readonly options: ProcessOptions) {}

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** Resolves when it listens for the first time. Throws PartFailed, with its last line, where it ends before. */
  start(): Promise<void> {
    return this.#run();
  }

  /** Tells it something, where it runs. */
  send(message: ProcessMessage): void {
    if (this.#child?.connected) this.#child.send(message, () => undefined);
  }

  /** Ends it in order, so that it is started again with the settings of now. */
  restart(): void {
    this.#child?.kill('SIGTERM');
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (!child) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const tooLong = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(tooLong);
  }

  #run(): Promise<void> {
    const { name, file, env, onMessage } = this.options;
    // A group of its own: Ctrl-C in the terminal reaches this process alone, which then stops the others in order.
    const child = fork(file, {
      env: { ...process.env, ...env() },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      detached: true,
    });
    this.#child = child;
    return new Promise<void>((resolve, reject) => {
      const begun = performance.now();
      let listens = false;
      let output = '';
      child.stderr?.on('data', (chunk: Buffer) => {
        if (listens) process.stderr.write(chunk);
        else output = (output + chunk.toString()).slice(-10_000);
      });
      child.on('message', (message: ProcessMessage) => {
        if ('listening' in message && !listens) {
          listens = true;
          // The output of a start is shown once it has succeeded: a start that fails is told in one line.
          process.stderr.write(output);
          resolve();
        }
        onMessage?.(message);
      });
      child.once('error', (error) => {
        this.#child = null;
        reject(error);
      });
      child.once('exit', (code, signal) => {
        this.#child = null;
        if (this.#stopping) return resolve();
        if (!listens) return reject(new PartFailed(lastWords(output) ?? `the ${name} ended with ${signal ?? code}`));
        if (performance.now() - begun > STEADY_MS) this.#pause = SHORTEST_PAUSE_MS;
        process.stderr.write(`the ${name} ended (${signal ?? code}) and is started again\n`);
        void this.#startAgain();
      });
    });
  }

  async #startAgain(): Promise<void> {
    while (!this.#stopping) {
      await delay(this.#pause);
      this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
      if (this.#stopping) return;
      try {
        return await this.#run();
      } catch (error) {
        process.stderr.write(`the ${this.options.name} did not start: ${(error as Error).message}\n`);
      }
    }
  }
}
