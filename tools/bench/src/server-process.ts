import { fork, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ProcessMessage } from '@mo-ledger/http/child-process';

/** The repository's folder. */
export const root = resolve(import.meta.dirname, '../../..');

/** A server that a benchmark measures; it runs in a process of its own. */
export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  await ended;
}

/** Starts a program; resolves when it has announced where it listens. */
export async function startServer(file: string, env: Record<string, string> = {}): Promise<ServerProcess> {
  const child = fork(file, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const url = await new Promise<string>((ready, reject) => {
    child.on('message', (message: ProcessMessage) => {
      if ('listening' in message) ready(message.listening);
    });
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
  });
  return { url, pid: child.pid ?? 0, stop: () => stopped(child) };
}

/** Starts the whole ledger; resolves when all of it serves. A folder that is not given is a temporary one, deleted by `stop`. */
export async function startLedger(
  env: Record<string, string> = {},
  given?: string,
): Promise<ServerProcess & { readonly dataDir: string }> {
  const dataDir = given ?? (await mkdtemp(join(tmpdir(), 'mo-ledger-bench-')));
  const settings = { HOST: '127.0.0.1', PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'error', ...env };
  const server = await startServer(join(root, 'apps/standalone/dist/main.js'), settings);
  return {
    ...server,
    dataDir,
    stop: async () => {
      await server.stop();
      if (given === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}
