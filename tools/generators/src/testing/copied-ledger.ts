import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { WorkspaceCopy } from './workspace-copy.js';

/** `npm start` in a copy of the workspace, on a free port and a folder of its own. */
export class CopiedLedger {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
  ) {}

  /** Builds and starts it; resolves once it has printed that it is ready. */
  static async start(copy: WorkspaceCopy): Promise<CopiedLedger> {
    await copy.run('node', 'tools/workspace/build.mjs');
    const { NODE_OPTIONS: _, ...env } = copy.env;
    const child = spawn(join(copy.root, 'node_modules/.bin/node'), ['apps/standalone/dist/main.js'], {
      cwd: copy.root,
      env: { ...env, HOST: '127.0.0.1', PORT: '0', DATA_DIR: join(copy.root, 'data'), LOG_LEVEL: 'error' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let printed = '';
    const url = await new Promise<string>((ready, reject) => {
      const read = (chunk: Buffer) => {
        printed += chunk.toString();
        const found = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0];
        if (found && printed.includes('Ctrl-C')) ready(found);
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('exit', (code, signal) => reject(new Error(`it ended with ${signal ?? code}: ${printed}`)));
    });
    return new CopiedLedger(url, child);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((done) => this.child.once('exit', done));
    this.child.kill('SIGINT');
    await ended;
  }
}
