import { LedgerOpened, type EventLog, type Recorded } from '@mo-ledger/event-sourcing';
import { Build, type BuildTools } from './build.js';
import { definitionOf, type Projection } from './define-projection.js';
import { Feed } from './feed.js';
import { noteOf, type BuildNote, type LogEnd } from './holder-note.js';
import { lastEventOf } from './log-reads.js';
import { NOTHING_YET, type BuildRecord } from './registry.js';
import { LOOK_AGAIN_MS, Signal } from './signal.js';
import { percentOf } from './status.js';

export interface SessionOptions {
  readonly log: EventLog;
  readonly tools: BuildTools;
  /** Those that this projector holds the lease of. */
  readonly projections: readonly Projection[];
  /** The most events of a batch: live, and while catching up. */
  readonly batchSize: number;
  readonly bulkSize: number;
  /** The log's last event when the session began. */
  readonly end: Recorded | null;
  readonly onBatch: (feed: Feed) => void;
  readonly onDrop: (error: unknown) => void;
  readonly onSwitch: (schema: string) => void;
}

/** A log that is shorter has some hundred events at most. */
const JUST_BEGUN = 500_000n;

/**
 * The builds of the projections that this projector holds, from one look at the checkpoints to the next: one live feed for all that are at
 * the end of the log; passes over the log, filtered by the server, for those that are behind, which then join it.
 */
export class Session {
  readonly #feeds = new Set<Feed>();
  #live: Feed | null = null;
  readonly #serving = new Map<string, string>();
  /** Schemas of the builds that serve as soon as they are as far. */
  readonly #takingOver = new Set<string>();

  private constructor(
    private readonly options: SessionOptions,
    readonly builds: Build[],
    /** Builds whose version is not known any more. */
    readonly unfed: readonly BuildRecord[],
  ) {
    for (const { name, schema, serving, takesOver } of [...unfed, ...builds.map(({ record }) => record)]) {
      if (serving) this.#serving.set(name, schema);
      if (takesOver) this.#takingOver.add(schema);
    }
  }

  static async open(options: SessionOptions): Promise<Session> {
    const builds: Build[] = [];
    const unfed: BuildRecord[] = [];
    const { projections, tools, end } = options;
    // The ledger's opening is nothing to be behind of.
    const toReach = end && end.type !== LedgerOpened.type ? end.position : NOTHING_YET;
    for (const projection of projections)
      for (const record of await tools.registry.open(projection, toReach)) {
        const definition = definitionOf(projection, record);
        if (definition) builds.push(await Build.open(definition, record, tools));
        else unfed.push(record);
      }
    return new Session(options, builds, unfed);
  }

  /** Feeds them until the signal aborts, or until the first error of the runtime itself, such as a checkpoint that somebody has moved. */
  async run(signal: AbortSignal): Promise<void> {
    const end = this.options.end?.position ?? -1n;
    // Later, they would be made in the middle of the first messages of a ledger, which would be seen seconds late.
    if (end < JUST_BEGUN) for (const build of this.builds) if (!signal.aborted) await build.index();
    const atEnd = this.builds.filter((build) => build.indexed && build.position >= end);
    if (atEnd.length > 0) this.#live = this.#feed(atEnd);
    const failed = new AbortController();
    const either = AbortSignal.any([signal, failed.signal]);
    const work = [
      ...(this.#live ? [this.#live.run(either)] : []),
      // One whose indexes may be in the making is not to hold up the others.
      ...[true, false].flatMap((indexed) =>
        passes(
          this.builds.filter((build) => build.indexed === indexed && !atEnd.includes(build)),
          end,
        ).map((builds) => this.#bring(builds, either)),
      ),
      aborted(either),
    ];
    try {
      await Promise.all(work);
    } finally {
      failed.abort();
      await Promise.allSettled(work);
      this.#feeds.clear();
    }
  }

  /** What is known here of a projection's builds, by schema. */
  notesOn(name: string, end: LogEnd, now = new Date()): Readonly<Record<string, BuildNote>> {
    const fed = this.builds.filter(({ record }) => record.name === name);
    const unfed = this.unfed.filter((record) => record.name === name);
    return Object.fromEntries([
      ...fed.map((build) => [build.schema, noteOf(build, this.feedOf(build), end, now)] as const),
      ...unfed.map((record) => [record.schema, noteOf(record, undefined, end, now)] as const),
    ]);
  }

  serves(schema: string): boolean {
    return [...this.#serving.values()].includes(schema);
  }

  /** How far a build is, in percent of the log as it was when the session began. */
  percentOf({ position }: Build): number {
    return percentOf(position, this.options.end?.position ?? NOTHING_YET);
  }

  /** Feeds a build no more. */
  async remove(build: Build): Promise<void> {
    const removeFrom = (builds: Build[]): void => {
      if (builds.includes(build)) builds.splice(builds.indexOf(build), 1);
    };
    while (this.feedOf(build))
      await this.betweenBatches([build], async () => removeFrom(this.feedOf(build)?.builds ?? []));
    removeFrom(this.builds);
  }

  /**
   * Runs something while none of these builds is being fed. Null, and nothing is run, where no feed has all of them: one that is on its way
   * to another feed may be fed again at any moment, and what looks at its rows then sees them change.
   */
  async betweenBatches<T>(builds: readonly Build[], work: () => Promise<T>): Promise<T | null> {
    const [feed, ...others] = new Set(builds.map((build) => this.feedOf(build)));
    if (!feed || others.length > 0) return null;
    return feed.betweenBatches(async () => (builds.every((build) => this.feedOf(build) === feed) ? work() : null));
  }

  feedOf(build: Build): Feed | undefined {
    return [...this.#feeds].find(({ builds }) => builds.includes(build));
  }

  /** Whether the registry has the same builds, and the same ones serve: otherwise there is something else to do. */
  agreesWith(records: readonly BuildRecord[]): boolean {
    const names = new Set(this.options.projections.map(({ name }) => name));
    const ours = new Set([...this.builds.map(({ schema }) => schema), ...this.unfed.map(({ schema }) => schema)]);
    // One that a verification has just left is nobody's.
    const theirs = records.filter(({ name, schema, scratch }) => names.has(name) && (!scratch || ours.has(schema)));
    return (
      theirs.length === ours.size &&
      theirs.every(({ name, schema, serving }) => ours.has(schema) && serving === (this.#serving.get(name) === schema))
    );
  }

  /** Brings builds that are behind to the end of the log by one pass over it, makes their indexes, and lets them join the live feed. */
  async #bring(builds: readonly Build[], signal: AbortSignal): Promise<void> {
    const types = [...new Set(builds.flatMap(({ definition }) => [...definition.types]))];
    const { bulkSize } = this.options;
    await this.#feedToTheEnd(this.#feed(builds, { types, batchSize: bulkSize }), signal);
    // One that stands still is fed no more: what is asked of it begins another session.
    const able = builds.filter((build) => !build.poison && this.builds.includes(build));
    // They may take minutes: what begins another session does not wait for them, and goes on with them there.
    const indexing = (async () => {
      for (const build of able) if (!signal.aborted) await build.index();
    })();
    indexing.catch(() => undefined);
    await Promise.race([indexing, aborted(signal)]);
    if (signal.aborted || able.length === 0) return;
    const feed = this.#feed(able);
    // Whoever is the first to be there is the live feed.
    if (!this.#live) {
      this.#live = feed;
      return feed.run(signal);
    }
    await this.#join(feed, this.#live, signal);
  }

  /** Once a feed is near the end, holds the live one until it is as far, and hands its builds over: however fast the log grows, they meet. */
  async #join(feed: Feed, live: Feed, signal: AbortSignal): Promise<void> {
    const done = new AbortController();
    const either = AbortSignal.any([signal, done.signal]);
    const batch = new Signal();
    feed.afterBatch = async () => batch.notify();
    const running = feed.run(either).finally(() => done.abort());
    running.catch(() => undefined);
    while (!feed.live && !either.aborted) await batch.wait(LOOK_AGAIN_MS);
    await live.betweenBatches(async () => {
      while (!either.aborted) {
        await feed.betweenBatches(async () => {
          if (either.aborted || !(await this.#isAsFar(feed, live))) return;
          // Where the live feed was told of a later position at which there is nothing, they are there too.
          for (const build of feed.builds) {
            await build.apply([], live.position, either);
            await this.#promote(build);
          }
          live.builds.push(...feed.builds);
          this.#feeds.delete(feed);
          done.abort();
        });
        if (!either.aborted) await batch.wait(LOOK_AGAIN_MS);
      }
    });
    await running;
  }

  async #isAsFar(feed: Feed, live: Feed): Promise<boolean> {
    if (feed.position >= live.position) return true;
    const end = (await lastEventOf(this.options.log))?.position ?? -1n;
    return feed.position >= end;
  }

  async #feedToTheEnd(feed: Feed, signal: AbortSignal): Promise<void> {
    const done = new AbortController();
    feed.afterBatch = async () => {
      if (feed.live) done.abort();
    };
    await feed.run(AbortSignal.any([signal, done.signal]));
    // Not in the middle of what is done between its batches.
    await feed.betweenBatches(async () => this.#feeds.delete(feed));
  }

  #feed(
    builds: readonly Build[],
    { types, batchSize = this.options.batchSize }: { types?: readonly string[]; batchSize?: number } = {},
  ): Feed {
    const { log, onBatch, onDrop } = this.options;
    const feed = new Feed(log, [...builds], {
      batchSize,
      onDrop,
      ...(types ? { types } : {}),
      onBatch: async (fed) => {
        for (const build of fed.builds) await this.#promote(build);
        onBatch(fed);
      },
    });
    this.#feeds.add(feed);
    return feed;
  }

  /** Lets a build serve once it is as far as the one that does, or as it has to be where none does, unless it was told not to. */
  async #promote({ schema, record, indexed, poison, position }: Build): Promise<void> {
    const current = this.#serving.get(record.name);
    if (record.scratch || schema === current || !indexed || poison) return;
    const serving = this.builds.find((build) => build.schema === current);
    // One that is not fed any more is given up by itself.
    if (serving && !this.#takingOver.has(schema)) return;
    if (position < (serving?.position ?? record.servesFrom)) return;
    if (!(await this.options.tools.registry.switchTo(schema))) return;
    this.#serving.set(record.name, schema);
    this.#takingOver.delete(schema);
    this.options.onSwitch(schema);
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** Builds that are near each other go over the log together; one that is far ahead is not made to wait for one that has just begun. */
function passes(builds: readonly Build[], end: bigint): Build[][] {
  const inOrder = builds.toSorted((a, b) => (a.position < b.position ? -1 : a.position > b.position ? 1 : 0));
  const near = end / 10n;
  const groups: Build[][] = [];
  let last: Build | undefined;
  for (const build of inOrder) {
    if (last && build.position - last.position <= near) groups.at(-1)?.push(build);
    else groups.push([build]);
    last = build;
  }
  return groups;
}
