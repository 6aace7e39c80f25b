import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { readLedger, type EventLog } from '@mo-ledger/event-sourcing';
import type { ReadStore } from '@mo-ledger/read-store';
import type { Build } from './build.js';
import type { Projection } from './define-projection.js';
import type { HolderNote, LogEnd } from './holder-note.js';
import { LEASE_SECONDS, Leases } from './leases.js';
import { lastEventOf } from './log-reads.js';
import { ownLedger } from './own-ledger.js';
import { ParkedEvents } from './parked-events.js';
import { Registry } from './registry.js';
import { Requests } from './requests.js';
import { readStatuses } from './read-statuses.js';
import { Session } from './session.js';
import { Signal } from './signal.js';
import type { ProjectionStatus } from './status.js';
import { Verifications } from './verifications.js';

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
  /** Names this projector among all that ever run. */
  readonly name?: string;
  /** The most events of one batch; default 2,000. */
  readonly batchSize?: number;
  /** The most events of one batch while catching up; default 5,000. */
  readonly bulkSize?: number;
  /** How long a projection stays a projector's that is not heard of any more; default 15. */
  readonly leaseSeconds?: number;
}

const PAUSE_MS = 500;
const LOOK_MS = 1_000;

/**
 * Runs projections: one live subscription feeds them all, each from its own checkpoint on; those that are behind the others catch up
 * beside them by a subscription of their own and join. Rows and checkpoint of a batch are one transaction a projection. Of several runners
 * on one read store each projection is one's, by a lease; the others stand by.
 */
export class ProjectionRunner {
  /** Notified whenever rows or checkpoints have changed. */
  readonly advanced = new Signal();
  readonly name: string;
  readonly #registry: Registry;
  readonly #leases: Leases;
  readonly #requests: Requests;
  readonly #ended = new AbortController();
  readonly #lookNow = new Signal();
  #running: Promise<void> = Promise.resolve();
  #session: Session | null = null;
  #held: ReadonlySet<string> = new Set();
  #end: LogEnd = null;
  #problem: string | null = null;
  readonly #stopsTold = new WeakSet<Build>();

  constructor(private readonly options: RunnerOptions) {
    const { store, log, logger, leaseSeconds = LEASE_SECONDS } = options;
    this.name = options.name ?? `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
    this.#registry = new Registry(store);
    this.#leases = new Leases(store, this.name, leaseSeconds);
    const verifications = new Verifications(store);
    const registry = this.#registry;
    this.#requests = new Requests({ log, store, logger, verifications, registry, advanced: this.advanced });
  }

  /** Begins in the background: an event store or database that is away is waited for. */
  start(): void {
    this.#running = this.#run();
  }

  /** Lets the batch under way finish, ends, and gives the projections to others. */
  async stop(): Promise<void> {
    this.#ended.abort();
    this.#lookNow.notify();
    await this.#running;
    await this.#leases.release().catch(() => undefined);
  }

  /** Looks at once for what was asked of the projections. */
  look(): void {
    this.#lookNow.notify();
  }

  /** How the projections are; those that another projector works on are told as STANDBY. */
  status(): Promise<ProjectionStatus[]> {
    const { store, projections } = this.options;
    const notes = this.#session && this.#notes(this.#session);
    return readStatuses(store, projections, { name: this.name, problem: this.#problem, notes });
  }

  #notes(session: Session): ReadonlyMap<string, HolderNote> {
    const end = this.#end && String(this.#end.position);
    const noteOn = (name: string) => ({ end, problem: this.#problem, builds: session.notesOn(name, this.#end) });
    return new Map([...this.#held].map((name) => [name, noteOn(name)]));
  }

  async #run(): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      try {
        await this.#once(signal);
        this.#problem = null;
      } catch (error) {
        const problem = error instanceof Error ? error.message : String(error);
        // What lasts is told once.
        if (problem !== this.#problem) this.options.logger.warn({ problem }, 'projections are taken up again');
        this.#problem = problem;
        await delay(PAUSE_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** From taking the leases and reading the checkpoints to the first thing that changes what there is to do, or goes wrong. */
  async #once(signal: AbortSignal): Promise<void> {
    const { log, projections, logger, store, batchSize = 2_000, bulkSize = 5_000 } = this.options;
    await this.#registry.migrate();
    const ledger = await readLedger(log);
    if (!ledger) {
      // Whoever records first opens the ledger; until then there is nothing to project.
      await delay(PAUSE_MS / 10, undefined, { signal }).catch(() => undefined);
      return;
    }
    this.#held = await this.#leases.hold(projections.map(({ name }) => name));
    const holds = this.#held.size > 0;
    await ownLedger(log, { registry: this.#registry, leases: this.#leases, holds }, ledger.ledgerId, logger);
    const end = await lastEventOf(log);
    this.#end = end;
    // Before anything is fed in vain.
    await this.#registry.dropDue();
    const session = await Session.open({
      log,
      batchSize,
      bulkSize,
      end,
      tools: { store, registry: this.#registry, parked: new ParkedEvents(store) },
      projections: projections.filter(({ name }) => this.#held.has(name)),
      onBatch: ({ position, oldest, builds }) => {
        if (position > (this.#end?.position ?? -1n)) this.#end = { position, created: oldest ?? new Date() };
        this.#tellStops(builds);
        this.advanced.notify();
      },
      onDrop: (error) => {
        const problem = error instanceof Error ? error.message : 'it ended';
        logger.warn({ problem }, 'the subscription was dropped and is taken up again');
      },
      onSwitch: (build) => logger.info({ build }, 'reads have switched to another build'),
    });
    this.#session = session;
    this.advanced.notify();
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    const work = [
      session.run(either).finally(() => {
        over.abort();
        this.#lookNow.notify();
      }),
      this.#lookAround(session, either).finally(() => over.abort()),
    ];
    try {
      await Promise.all(work);
    } finally {
      over.abort();
      // A look that is under way must not begin anything, or take a lease, when the next session has opened or the leases are given back.
      await Promise.allSettled(work);
      await this.#requests.settled();
    }
  }

  /** Every second: keeps the leases, sees what was asked, tells how it is. Returns when there is something else to do. */
  async #lookAround(session: Session, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if (!(await this.#lookOnce(session, signal))) return;
        this.#problem = null;
      } catch (error) {
        // A database that is away is waited for; until it is back, nobody else can take over either.
        this.#problem = error instanceof Error ? error.message : String(error);
      }
      if (!signal.aborted) await this.#lookNow.wait(LOOK_MS);
    }
  }

  /** Whether the session goes on. */
  async #lookOnce(session: Session, signal: AbortSignal): Promise<boolean> {
    const { projections, log } = this.options;
    const held = await this.#leases.hold(
      projections.map(({ name }) => name),
      this.#notes(session),
    );
    if (held.size !== this.#held.size || [...held].some((name) => !this.#held.has(name))) return false;
    const records = await this.#registry.builds();
    if (!session.agreesWith(records)) return false;
    if (!(await this.#requests.attend(session, records, [...held], signal))) return false;
    await this.#registry.dropDue(session.builds.map(({ schema }) => schema));
    // Where a live feed brings everything, it tells where the log ends.
    if (session.builds.some((build) => build.poison || !session.feedOf(build)?.live))
      this.#end = (await lastEventOf(log).catch(() => null)) ?? this.#end;
    return true;
  }

  #tellStops(builds: readonly Build[]): void {
    for (const build of builds) {
      if (!build.poison || this.#stopsTold.has(build)) continue;
      this.#stopsTold.add(build);
      const { event, error } = build.poison;
      const { position, type, id: eventId } = event;
      const figures = { projection: build.record.name, build: build.schema, position: String(position), type, eventId };
      this.options.logger.error({ ...figures, error }, 'a projection has stopped at an event that it cannot handle');
    }
  }
}
