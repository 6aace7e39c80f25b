import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

export interface Child {
  port: number;
  /** Milliseconds from the start of the process until it listened. */
  startMs: number;
  stop(): Promise<void>;
}

/** Starts a server as a process of its own; resolves when it says where it listens. */
export const start = async (module: URL, args: readonly string[]): Promise<Child> => {
  const started = performance.now();
  const child = fork(module, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const port = await listening(child);
  const stop = async (): Promise<void> => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  };
  return { port, startMs: performance.now() - started, stop };
};

const listening = (child: ChildProcess): Promise<number> =>
  new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
    child.stdout?.on('data', (data: Buffer) => {
      const port = /listening on \S*:(\d+)/.exec(data.toString())?.[1];
      if (port !== undefined) resolve(Number(port));
    });
  });
