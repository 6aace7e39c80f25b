import { setTimeout as delay } from 'node:timers/promises';
import { readLedger, type EventLog } from '@mo-ledger/event-sourcing';
import type { ReadStore } from '@mo-ledger/read-store';
import { Build } from './build.js';
import type { Projection } from './define-projection.js';
import { Feed } from './feed.js';
import { ownLedger } from './own-ledger.js';
import { Rate } from './rate.js';
import { Registry } from './registry.js';
import { Signal } from './signal.js';
import { statusOf, type ProjectionStatus } from './status.js';

/** The part of a logger that the runner uses. */
export interface RunnerLogger {
  info(figures: object, message: string): void;
  warn(figures: object, message: string): void;
  error(figures: object, message: string): void;
}

export interface RunnerOptions {
  readonly log: EventLog;
  readonly store: ReadStore;
  readonly projections: readonly Projection[];
  readonly logger: RunnerLogger;
  /** The most events of one batch; default 500. */
  readonly batchSize?: number;
}

const PAUSE_MS = 500;
const TELL_MS = 2_000;

/**
 * Runs projections: one live subscription feeds them all, each from its own checkpoint on; those that are behind the others catch up
 * beside them by a subscription of their own and join. Rows and checkpoint of a batch are one transaction a projection.
 */
export class ProjectionRunner {
  /** Notified whenever rows or checkpoints have changed. */
  readonly advanced = new Signal();
  readonly #registry: Registry;
  readonly #ended = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #builds: Build[] = [];
  #feeds = new Set<Feed>();
  #rate = new Rate();
  #end = 0n;
  #problem: string | null = null;
  #restart = new AbortController();
  #telling: NodeJS.Timeout | undefined;
  #told: Promise<void> = Promise.resolve();
  readonly #stopsTold = new Set<Build>();

  constructor(private readonly options: RunnerOptions) {
    this.#registry = new Registry(options.store);
  }

  /** Begins in the background: an event store or database that is away is waited for. */
  start(): void {
    this.#running = this.#run();
    this.#telling = setInterval(() => void this.#tell(), TELL_MS).unref();
  }

  /** Lets the batch under way finish, and ends. */
  async stop(): Promise<void> {
    clearInterval(this.#telling);
    this.#ended.abort();
    await this.#running;
    await this.#told;
  }

  status(now: Date = new Date()): ProjectionStatus[] {
    return this.options.projections.map((projection) => {
      const builds = this.#builds.filter((candidate) => candidate.projection === projection);
      const build = builds.find(({ serving }) => serving) ?? builds[0];
      const feed = build && [...this.#feeds].find((candidate) => candidate.builds.includes(build));
      return statusOf(projection, build, feed, {
        filling: builds.find(({ serving, replaced }) => !serving && !replaced),
        now,
        end: this.#end,
        perSecond: this.#rate.perSecond,
        problem: this.#problem,
      });
    });
  }

  /**
   * Begins to build a projection anew, beside the tables that serve; reads switch when the new ones are as far. Tells the new build's
   * name, or null for a projection that is not one of these.
   */
  async rebuild(name: string): Promise<string | null> {
    const projection = this.options.projections.find((candidate) => candidate.name === name);
    if (!projection) return null;
    const { schema } = await this.#registry.rebuild(projection);
    this.options.logger.info({ build: schema }, 'a rebuild begins');
    this.#restart.abort();
    return schema;
  }

  /** Leaves what it says of itself in the database, for a read-api in another process. */
  async #tell(): Promise<void> {
    this.#told = this.#registry.saveStatuses(this.status()).catch(() => undefined);
    await this.#told;
  }

  async #run(): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      try {
        await this.#session(signal);
        this.#problem = null;
      } catch (error) {
        this.#problem = error instanceof Error ? error.message : String(error);
        this.options.logger.warn({ problem: this.#problem }, 'projections are taken up again');
        await delay(PAUSE_MS, undefined, { signal }).catch(() => undefined);
      }
      this.#feeds.clear();
    }
  }

  /** From reading the checkpoints to the first error of the runtime itself, such as a checkpoint that somebody else has moved. */
  async #session(signal: AbortSignal): Promise<void> {
    const { log, store, projections, logger } = this.options;
    await this.#registry.migrate();
    const ledger = await readLedger(log);
    if (!ledger) {
      // Whoever records first opens the ledger; until then there is nothing to project.
      await delay(PAUSE_MS / 10, undefined, { signal }).catch(() => undefined);
      return;
    }
    // What asks for another session from here on gets one that sees what was asked for.
    this.#restart = new AbortController();
    await ownLedger(log, this.#registry, ledger.ledgerId, logger);
    await this.#registry.dropReplaced();
    this.#end = await endOf(log);
    const builds: Build[] = [];
    for (const projection of projections)
      for (const record of await this.#registry.open(projection))
        builds.push(new Build(projection, record, store, this.#registry));
    this.#builds = builds;
    this.advanced.notify();

    const session = new AbortController();
    const either = AbortSignal.any([signal, session.signal, this.#restart.signal]);
    const furthest = builds.reduce((most, { position }) => (position > most ? position : most), -1n);
    const live = this.#feed(builds.filter(({ position }) => position === furthest));
    const behind = builds.filter(({ position }) => position < furthest);
    const work = [live.run(either)];
    if (behind.length > 0) work.push(this.#catchUp(behind, live, either));
    try {
      await Promise.all(work);
    } finally {
      session.abort();
      await Promise.allSettled(work);
    }
  }

  /**
   * Feeds builds that are behind, filtered by the server, to the end of the log; then everything, until they are as far as the live
   * feed, which takes them over between two of its batches.
   */
  async #catchUp(builds: Build[], live: Feed, signal: AbortSignal): Promise<void> {
    const types = [...new Set(builds.flatMap(({ projection }) => [...projection.types]))];
    await this.#feedUntil(builds, types, signal, async (feed) => feed.live);
    await this.#feedUntil(builds, undefined, signal, async (feed) => {
      let joined = false;
      if (feed.position >= live.position)
        await live.betweenBatches(async () => {
          joined = feed.position >= live.position;
          if (joined) live.builds.push(...builds);
        });
      return joined;
    });
  }

  async #feedUntil(
    builds: Build[],
    types: readonly string[] | undefined,
    signal: AbortSignal,
    reached: (feed: Feed) => Promise<boolean>,
  ): Promise<void> {
    if (signal.aborted) return;
    const done = new AbortController();
    const feed = this.#feed(builds, types, async () => {
      if (!(await reached(feed))) return;
      this.#feeds.delete(feed);
      done.abort();
    });
    await feed.run(AbortSignal.any([signal, done.signal]));
  }

  #feed(builds: Build[], types?: readonly string[], onBatch?: () => Promise<void>): Feed {
    const { log, logger, batchSize = 500 } = this.options;
    const feed: Feed = new Feed(log, builds, {
      batchSize,
      ...(types ? { types } : {}),
      onBatch: async ({ position, builds: fed }, handled) => {
        this.#rate.add(handled);
        if (position > this.#end) this.#end = position;
        this.#tellStops(fed);
        for (const build of fed)
          if (await build.promote(this.#builds))
            logger.info({ build: build.schema }, 'reads have switched to a new build');
        this.advanced.notify();
        await onBatch?.();
      },
      onDrop: (error) => {
        const problem = error instanceof Error ? error.message : 'it ended';
        logger.warn({ problem }, 'the subscription was dropped and is taken up again');
      },
    });
    this.#feeds.add(feed);
    return feed;
  }

  #tellStops(builds: readonly Build[]): void {
    for (const build of builds) {
      if (!build.poison || this.#stopsTold.has(build)) continue;
      this.#stopsTold.add(build);
      const { position, type, eventId, error } = build.poison;
      const figures = { projection: build.projection.name, position: String(position), type, eventId, error };
      this.options.logger.error(figures, 'a projection has stopped at an event that it cannot handle');
    }
  }
}

async function endOf(log: EventLog): Promise<bigint> {
  for await (const event of log.readAll({ direction: 'backwards', limit: 1 })) return event.position;
  return 0n;
}
