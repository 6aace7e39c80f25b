import type { EventLog } from '@mo-ledger/event-sourcing';
import type { ReadStore } from '@mo-ledger/read-store';
import type { Build } from './build.js';
import { isPassing } from './database-errors.js';
import { eventAt } from './log-reads.js';
import type { BuildRecord, Registry } from './registry.js';
import type { Session } from './session.js';
import { LOOK_AGAIN_MS, type Signal } from './signal.js';
import type { OpenVerification, Verifications } from './verifications.js';
import { Comparing } from './verify.js';

export interface RequestsOptions {
  readonly log: EventLog;
  readonly store: ReadStore;
  readonly registry: Registry;
  readonly verifications: Verifications;
  /** Notified after each batch. */
  readonly advanced: Signal;
  readonly logger: { info(figures: object, message: string): void; warn(figures: object, message: string): void };
}

const REPLAYED_AT_ONCE = 100;

/** Does what was asked of the projections that this projector holds, through whichever projector it was asked. */
export class Requests {
  /** What takes longer than a look: by the schema that it is about. */
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(private readonly options: RequestsOptions) {}

  /**
   * Begins what is asked for and not under way.
   *
   * @returns false where the session must begin again to go on with it
   */
  async attend(
    session: Session,
    records: readonly BuildRecord[],
    held: readonly string[],
    signal: AbortSignal,
  ): Promise<boolean> {
    for (const record of records) {
      const build = session.builds.find(({ schema }) => schema === record.schema);
      if (!build || (!record.replay && record.parkPosition === null)) continue;
      if (!(await this.#attendBuild(session, build, record, signal))) return false;
    }
    for (const open of await this.options.verifications.open(held))
      if (!(await this.#attendVerification(session, open, signal))) return false;
    return true;
  }

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#underWay.values());
  }

  async #attendBuild(
    session: Session,
    build: Build,
    { replay, parkPosition }: BuildRecord,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { registry } = this.options;
    if (build.poison) {
      if (parkPosition !== null) await build.parkPoison(parkPosition);
      await registry.asked(build.schema);
      // Whether it was parked or is to be tried again: its checkpoint is where it goes on.
      return false;
    }
    this.#begin(build.schema, async () => {
      if (replay && build.parked > 0) await this.#replay(session, build, signal);
      if (!signal.aborted) await registry.asked(build.schema);
    });
    return true;
  }

  async #replay(session: Session, build: Build, signal: AbortSignal): Promise<void> {
    const before = build.parked;
    const failing = new Set<string>();
    let after: bigint | null = -1n;
    while (after !== null && !signal.aborted) {
      const from: bigint = after;
      const some = { limit: REPLAYED_AT_ONCE, after: from, failing };
      const tried = await session.betweenBatches([build], async () => ({
        next: await build.replay((position) => eventAt(this.options.log, position), some),
      }));
      if (!tried) {
        await this.options.advanced.wait(LOOK_AGAIN_MS);
        continue;
      }
      after = tried.next;
      this.options.advanced.notify();
    }
    const figures = { build: build.schema, tried: before, parked: build.parked };
    this.options.logger.info(figures, 'parked events were tried again');
  }

  async #attendVerification(session: Session, open: OpenVerification, signal: AbortSignal): Promise<boolean> {
    const { registry, verifications } = this.options;
    // What is compared, or just ends, is seen to the end by whoever does it.
    if (open.schema !== null && this.#underWay.has(open.schema)) return true;
    const serving = session.builds.find(({ record, schema }) => record.name === open.name && session.serves(schema));
    if (open.schema === null) {
      if (!serving) {
        // A first build that is being filled serves later.
        if (!session.unfed.some((record) => record.name === open.name && record.serving)) return true;
        await verifications.finished(open.id, {
          error: 'the build that serves is of a version that is not known here',
        });
        return true;
      }
      await registry.createScratch(serving.definition, open.id);
      return false;
    }
    const scratch = session.builds.find(({ schema }) => schema === open.schema);
    const feed = scratch && session.feedOf(scratch);
    if (!serving || !scratch || scratch.poison || scratch.definition !== serving.definition) {
      const error = scratch?.poison?.error ?? 'it was interrupted by a change of builds';
      await this.#end(session, open, scratch, { error });
      return true;
    }
    if (!feed || feed !== session.feedOf(serving)) {
      await verifications.reached(open.id, 'FILLING', session.percentOf(scratch));
      return true;
    }
    this.#begin(scratch.schema, async () => {
      const comparing = new Comparing({ ...this.options, session, signal }, serving, scratch);
      const outcome = await comparing
        .run((percent) => verifications.reached(open.id, 'COMPARING', percent))
        .catch((error: unknown) => {
          // A database that was away says nothing of the rows: it is compared again.
          if (isPassing(error)) throw error;
          return { error: error instanceof Error ? error.message : String(error) };
        });
      if (!signal.aborted) await this.#end(session, open, scratch, outcome);
    });
    return true;
  }

  async #end(
    session: Session,
    { id, schema }: OpenVerification,
    scratch: Build | undefined,
    outcome: Parameters<Verifications['finished']>[1],
  ): Promise<void> {
    // In this order: whoever is interrupted here leaves tables that are dropped later (`dropDue`), never a result that is lost.
    await this.options.verifications.finished(id, outcome);
    if (scratch) await session.remove(scratch);
    if (schema) await this.options.registry.drop(schema);
  }

  #begin(schema: string, work: () => Promise<void>): void {
    if (this.#underWay.has(schema)) return;
    const underWay = work()
      .catch((error: unknown) => {
        const problem = error instanceof Error ? error.message : String(error);
        this.options.logger.warn({ schema, problem }, 'what was asked of a projection failed and is tried again');
      })
      .finally(() => this.#underWay.delete(schema));
    this.#underWay.set(schema, underWay);
  }
}
