import { constants } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { LedgerKey } from '@mo-ledger/event-sourcing';
import { connectEventLog } from '@mo-ledger/event-store';
import { EmbeddedPostgres, openReadStore, sql } from '@mo-ledger/read-store';
import { startEventStore } from '../event-store-process.js';
import { startLedger } from '../server-process.js';
import { visible } from '../visible.js';
import { fill, type Filled } from './fill.js';
import { TEXTS_EACH } from './people.js';

/** The key of every seeded ledger. */
export const LEDGER_KEY = 'ab'.repeat(32);
/** Ten recordings, and what becomes of them: matches, consent, an enrolment, a vote. */
const EVENTS_A_MESSAGE = 2.51;

/** A data folder with a ledger in it. */
export interface Seed {
  readonly dir: string;
  readonly messages: number;
  readonly events: number;
  readonly position: bigint;
}

/** How many messages make about so many events. */
export const messagesOf = (events: number): number =>
  Math.max(TEXTS_EACH, Math.round(events / EVENTS_A_MESSAGE / TEXTS_EACH) * TEXTS_EACH);

/**
 * Ledgers filled with messages, made once a run, or once for several runs where they are kept. `…/<messages>` has the events,
 * `…/<messages>-shown` the folder of the embedded PostgreSQL too.
 */
export class Seeds {
  #dir: Promise<string> | null = null;
  readonly #copies: string[] = [];

  constructor(private readonly keep: string | undefined) {}

  /** A ledger that must not be changed: it may be read only. */
  async events(messages: number): Promise<Seed> {
    const dir = join(await this.#folder(), String(messages));
    return this.#made(dir, messages, (unfinished) => this.#fill(unfinished, 0, messages));
  }

  /** A ledger that must not be changed, with its read models. */
  async shown(messages: number): Promise<Seed> {
    const dir = join(await this.#folder(), `${messages}-shown`);
    return this.#made(dir, messages, async (unfinished) => {
      const seed = await this.events(messages);
      await copyFolder(seed.dir, unfinished);
      const begun = performance.now();
      const ledger = await startLedger({ LEDGER_KEY }, unfinished);
      try {
        await visible(ledger.url, seed.position, READ_MODELS_WITHIN_MS);
      } finally {
        await ledger.stop();
      }
      await vacuum(join(unfinished, 'read-models'));
      say(`projected ${seed.events} events in ${seconds(begun)} s`);
      return seed;
    });
  }

  /** A copy that may be changed; it is deleted by `drop` or at the end of the run. */
  async copy(seed: Seed): Promise<Seed> {
    const dir = await mkdtemp(join(tmpdir(), 'mo-ledger-bench-'));
    this.#copies.push(dir);
    await copyFolder(seed.dir, dir);
    return { ...seed, dir };
  }

  async drop({ dir }: Seed): Promise<void> {
    if (this.#copies.includes(dir)) await rm(dir, { recursive: true, force: true });
  }

  /** A ledger with more messages, begun as a copy of `seed`. */
  async grown(seed: Seed, messages: number): Promise<Seed> {
    const dir = join(await this.#folder(), String(messages));
    return this.#made(dir, messages, async (unfinished) => {
      await copyFolder(seed.dir, unfinished);
      const { events, position } = await this.#fill(unfinished, seed.messages, messages);
      return { events: seed.events + events, position };
    });
  }

  async close(): Promise<void> {
    for (const dir of this.#copies) await rm(dir, { recursive: true, force: true });
    if (this.#dir && this.keep === undefined) await rm(await this.#dir, { recursive: true, force: true });
  }

  async #fill(dir: string, from: number, to: number): Promise<Filled> {
    const begun = performance.now();
    const store = await startEventStore(join(dir, 'events'));
    const log = connectEventLog({ url: store.url });
    try {
      const filled = await fill(log, new LedgerKey(LEDGER_KEY), from, to);
      say(`seeded ${to - from} messages, ${filled.events} events, in ${seconds(begun)} s`);
      return filled;
    } finally {
      await log.close();
      await store.stop();
    }
  }

  /** Makes a ledger, or takes the one that an earlier run has finished. */
  async #made(dir: string, messages: number, make: (unfinished: string) => Promise<Filled>): Promise<Seed> {
    if (messages % TEXTS_EACH !== 0) throw new Error(`seeded messages come in tens, not ${messages}`);
    const found = await readFile(join(dir, 'seed.json'), 'utf8').catch(() => null);
    if (found !== null) {
      const { events, position } = JSON.parse(found) as { events: number; position: string };
      return { dir, messages, events, position: BigInt(position) };
    }
    const unfinished = `${dir}.unfinished`;
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { recursive: true });
    const { events, position } = await make(unfinished);
    await writeFile(join(unfinished, 'seed.json'), JSON.stringify({ events, position: String(position) }));
    await rename(unfinished, dir);
    return { dir, messages, events, position };
  }

  #folder(): Promise<string> {
    this.#dir ??= this.keep ? Promise.resolve(resolve(this.keep)) : mkdtemp(join(tmpdir(), 'mo-ledger-seeds-'));
    return this.#dir;
  }
}

const READ_MODELS_WITHIN_MS = 3_600_000;

/** Vacuums and analyses every table as autovacuum would within minutes: a ledger on a copy has nothing left to do. */
async function vacuum(readModels: string): Promise<void> {
  const server = new EmbeddedPostgres({ dir: readModels, notice: say });
  server.start();
  await server.serving();
  const store = openReadStore({ url: server.url, mostConnections: 1, statementTimeoutMs: 0 });
  try {
    await sql`vacuum (analyze)`.execute(store.db);
  } finally {
    await store.close();
    await server.stop();
  }
}

/** Keeps the modes: PostgreSQL refuses a folder that others can read. */
const copyFolder = (from: string, to: string): Promise<void> =>
  cp(from, to, {
    recursive: true,
    mode: constants.COPYFILE_FICLONE,
    filter: (file) => !/(lock\.pid|seed\.json)$/.test(file),
  });

const seconds = (begun: number): string => ((performance.now() - begun) / 1_000).toFixed(0);

/** On stderr: stdout is for the tables. */
const say = (line: string): void => console.error(`  ${line}`);
