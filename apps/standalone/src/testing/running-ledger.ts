import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const LOOK_AGAIN_MS = 50;

const root = resolve(import.meta.dirname, '../../../..');

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  // What a spec reads of an answer is what it expects there.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly json: any;
}

/** Compiles what has changed: these specs run the programs as they are started by people. */
export const build = (): void =>
  void execFileSync(process.execPath, [join(root, 'tools/workspace/prepare.mjs'), '--build'], {
    env: { ...process.env, CI: 'true' },
  });

/** A ledger of its own on a folder of its own, for specs. */
export class RunningLedger {
  #process: ChildProcess | null = null;
  url = '';
  output = '';

  private constructor(
    readonly dataDir: string,
    private readonly env: Record<string, string>,
  ) {}

  static async start(env: Record<string, string> = {}): Promise<RunningLedger> {
    const ledger = new RunningLedger(await mkdtemp(join(tmpdir(), 'mo-ledger-')), env);
    await ledger.start();
    return ledger;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  async start(): Promise<void> {
    const { NODE_OPTIONS: _, ...inherited } = process.env;
    const child = spawn(process.execPath, [join(root, 'apps/standalone/dist/main.js')], {
      cwd: root,
      env: { ...inherited, HOST: '127.0.0.1', PORT: '0', DATA_DIR: this.dataDir, LOG_LEVEL: 'error', ...this.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    let out = '';
    this.url = await new Promise<string>((ready, reject) => {
      child.stdout.on('data', (chunk: Buffer) => {
        out += chunk.toString();
        const url = /http:\/\/127\.0\.0\.1:\d+/.exec(out)?.[0];
        if (url && out.includes('Ctrl-C')) ready(url);
      });
      child.stderr.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
      child.once('exit', (code, signal) => reject(new Error(`it ended with ${signal ?? code}: ${out}${this.output}`)));
    });
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill(signal);
    await ended;
  }

  /** Stops it in order, as Ctrl-C does. */
  stop = (): Promise<void> => this.kill('SIGINT');

  /** Stops it and deletes its folder. */
  async remove(): Promise<void> {
    await this.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  /** The process id of a part that serves, as soon as it does. */
  async pidOf(name: string): Promise<number> {
    for (;;) {
      const answer = await this.call('GET', '/health').catch(() => null);
      const parts = (answer?.json?.parts ?? []) as { name: string; ok: boolean; pid?: number }[];
      const pid = parts.find((part) => part.name === name && part.ok)?.pid;
      if (pid !== undefined) return pid;
      await delay(LOOK_AGAIN_MS);
    }
  }

  async call(
    method: string,
    path: string,
    body?: string | object,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const type = typeof body === 'object' ? 'application/json' : 'application/x-www-form-urlencoded';
    const response = await fetch(this.url + path, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': type }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'object' ? JSON.stringify(body) : body }),
      signal: AbortSignal.timeout(20_000),
    });
    const text = await response.text();
    const json = /json/.test(response.headers.get('content-type') ?? '') && text ? JSON.parse(text) : undefined;
    return { status: response.status, text, headers: response.headers, json };
  }

  /** Provisions what the specs use: organization globex, code 70707 with the programs join (JOIN) and hours (HOURS). */
  async provision(): Promise<void> {
    const organization = 'globex';
    const code = { type: 'SHORT', sharing: 'DEDICATED', forwarding: 'ALL', organization };
    await this.call('PUT', `/organizations/${organization}`, { name: 'Globex' });
    await this.call('PUT', '/codes/70707', code);
    await this.call('PUT', '/codes/70707/programs/join', { organization, handler: 'join', keywords: ['JOIN'] });
    await this.call('PUT', '/codes/70707/programs/hours', { organization, handler: 'info', keywords: ['HOURS'] });
  }

  post(fields: Record<string, string>): Promise<Answer> {
    const body = new URLSearchParams({ inbound_address: '70707', carrier: 'verizon', channel: 'sms', ...fields });
    return this.call('POST', '/inbound/globex', body.toString());
  }

  /** A GET that sees everything up to an answer's position and what became of it; while that is not there yet, it asks again. */
  async get(path: string, after: Answer): Promise<Answer> {
    for (;;) {
      const answer = await this.call('GET', path, undefined, {
        'ledger-after': after.headers.get('ledger-position') ?? '',
      });
      if (answer.status !== 504 && answer.status !== 503) return answer;
      if (answer.status === 503) await delay(LOOK_AGAIN_MS);
    }
  }

  /** All items of a list, page by page. */
  async list(path: string, after?: Answer): Promise<Record<string, unknown>[]> {
    const items: Record<string, unknown>[] = [];
    let cursor: string | null = null;
    do {
      const page: string = `${path}${path.includes('?') ? '&' : '?'}limit=1000${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`;
      const answer: Answer = after ? await this.get(page, after) : await this.call('GET', page);
      if (answer.status !== 200) throw new Error(`GET ${page} answered ${answer.status} ${answer.text}`);
      items.push(...answer.json.items);
      cursor = answer.json.next;
    } while (cursor);
    return items;
  }
}
