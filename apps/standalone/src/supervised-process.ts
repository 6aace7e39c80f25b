import { fork, type ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Announcement } from '@mo-ledger/http';

export interface ProcessOptions {
  readonly name: string;
  /** The program's file. */
  readonly file: string;
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** For a program that does not announce where it listens but says so on stdout, at this address: it serves when it has. */
  readonly fixedUrl?: string;
  /** It makes do with what the others leave of the processor: what it does may wait. */
  readonly givesWay?: boolean;
}

/** A process beside this one cannot start; the message is what it said last. */
export class PartFailed extends Error {
  readonly code = 'PART_FAILED';
}

const FIRST_TRIES = 25;
const LONGEST_PAUSE_MS = 2_000;
/** How long a process may take to stop before it is ended. */
const STOP_MS = 12_000;

/**
 * Lets a process of a session of its own give way to all others, wherever that can be said. Linux on a desktop shares the processor
 * out among sessions first, and a priority only counts within one: there the session has to give way too.
 */
function giveWay(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended already.
  }
  writeFile(`/proc/${pid}/autogroup`, String(constants.priority.PRIORITY_BELOW_NORMAL)).catch(() => undefined);
}

/** The line that says why it ended: of an error's message and stack the message. */
function lastWords(said: string): string | undefined {
  const lines = said.split('\n').filter((line) => line.trim() !== '' && !/^\s|^Node\.js v/.test(line));
  return lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1);
}

/**
 * A program that runs beside this one: started again whenever it ends, until it is stopped. It says where it listens through the
 * channel that it was started with, and ends by itself when that channel is gone, so none outlives this process.
 */
export class SupervisedProcess {
  #child: ChildProcess | null = null;
  #stopping = false;
  #url: string | null = null;

  constructor(private readonly options: ProcessOptions) {}

  get name(): string {
    return this.options.name;
  }

  /** Where it listens, or null while it does not. */
  get url(): string | null {
    return this.#url;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /**
   * Resolves when it serves for the first time. A process that ends before is tried again for a few seconds (another one may just
   * be giving up the data folder); then this throws with what it said last.
   */
  async start(): Promise<string> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#run();
      } catch (error) {
        if (this.#stopping || tries === FIRST_TRIES) throw error;
        await delay(Math.min(50 * tries, 250));
      }
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const tooLong = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(tooLong);
  }

  #run(): Promise<string> {
    const { name, file, args = [], env, fixedUrl, givesWay } = this.options;
    // A group of its own: Ctrl-C in the terminal reaches this process alone, which then stops the others in order.
    const child = fork(file, [...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', fixedUrl ? 'pipe' : 'ignore', 'pipe', 'ipc'],
      detached: true,
    });
    this.#child = child;
    if (givesWay && child.pid !== undefined) giveWay(child.pid);
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      if (this.#url === null) said = (said + chunk.toString()).slice(-10_000);
      else process.stderr.write(chunk);
    });
    return new Promise<string>((resolve, reject) => {
      const serves = (url: string): void => {
        if (this.#url !== null) return;
        this.#url = url;
        // What a start says is shown once it has succeeded: failed tries are told in one line.
        process.stderr.write(said);
        resolve(url);
      };
      child.on('message', (message) => serves((message as Announcement).listening));
      child.stdout?.on('data', (chunk: Buffer) => {
        if (fixedUrl && chunk.includes('listening on')) serves(fixedUrl);
      });
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        const served = this.#url !== null;
        this.#url = null;
        if (!served) reject(new PartFailed(lastWords(said) ?? `${name} ended with ${signal ?? code}`));
        if (served && !this.#stopping) {
          process.stderr.write(`${name} ended (${signal ?? code}); it is started again\n`);
          void this.#restart();
        }
      });
    });
  }

  async #restart(): Promise<void> {
    for (let pause = 50; !this.#stopping; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      await delay(pause);
      if (this.#stopping) return;
      try {
        await this.#run();
        return;
      } catch (error) {
        process.stderr.write(`${this.name} did not start: ${error instanceof Error ? error.message : String(error)}\n`);
      }
    }
  }
}
