import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

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

  /** The process ids of its parts, by name. */
  async pids(): Promise<ReadonlyMap<string, number>> {
    const { json } = await this.call('GET', '/health');
    const parts = json.parts as { name: string; pid?: number }[];
    return new Map(parts.flatMap(({ name, pid }) => (pid ? [[name, pid]] : [])));
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

  /** Provisions what the specs use: organization acme, code 26161 with the programs join (JOIN) and hours (HOURS). */
  async provision(): Promise<void> {
    await this.call('PUT', '/organizations/acme', { name: 'Acme' });
    await this.call('PUT', '/codes/26161', {
      type: 'SHORT',
      sharing: 'DEDICATED',
      forwarding: 'ALL',
      organization: 'acme',
    });
    await this.call('PUT', '/codes/26161/programs/join', { organization: 'acme', handler: 'join', keywords: ['JOIN'] });
    await this.call('PUT', '/codes/26161/programs/hours', {
      organization: 'acme',
      handler: 'info',
      keywords: ['HOURS'],
    });
  }

  post(fields: Record<string, string>): Promise<Answer> {
    const body = new URLSearchParams({ inbound_address: '26161', carrier: 'verizon', channel: 'sms', ...fields });
    return this.call('POST', '/inbound/acme', body.toString());
  }

  /** A GET that sees everything up to an answer's position and what became of it; while that is being built, it is asked again. */
  async get(path: string, after: Answer): Promise<Answer> {
    for (;;) {
      const answer = await this.call('GET', path, undefined, {
        'ledger-after': after.headers.get('ledger-position') ?? '',
      });
      if (answer.status !== 504) return answer;
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
