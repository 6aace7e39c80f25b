import type { ReadStore } from '@mo-ledger/read-store';
import { setTimeout as delay } from 'node:timers/promises';
import type { Projection } from './define-projection.js';
import { ParkedEvents, type ParkedEvent } from './parked-events.js';
import { ProjectionRefused } from './projection-refused.js';
import { CheckpointLost, Registry } from './registry.js';
import { Verifications, type Verification } from './verifications.js';

const SWITCH_MS = 5_000;
const SWITCH_PAUSE_MS = 100;

/**
 * What operators do to projections (API.md). It is left in the read store, where the projector that holds the projection sees it within a
 * second: any projector can be asked. Nothing goes into the log. Every method throws ProjectionRefused where the name is not known.
 */
export class ProjectionCommands {
  readonly #registry: Registry;
  readonly #parked: ParkedEvents;
  readonly #verifications: Verifications;

  /** @param asked told when something was asked, for a runner in this process */
  constructor(
    private readonly projections: readonly Projection[],
    store: ReadStore,
    private readonly asked: () => void = () => undefined,
  ) {
    this.#registry = new Registry(store);
    this.#parked = new ParkedEvents(store);
    this.#verifications = new Verifications(store);
  }

  /**
   * Begins to build a projection anew, beside the tables that serve; reads switch when the new ones are as far. Where that is under way, it
   * goes on. Tells the new build's name.
   */
  async rebuild(name: string): Promise<string> {
    const { schema } = await this.#registry.rebuild(this.#projection(name));
    this.asked();
    return schema;
  }

  /**
   * Lets another build serve: the one that is named, or the newest that is kept. It waits a few seconds for one that is just behind.
   *
   * @throws ProjectionRefused where there is none, or it is still being filled
   */
  async switchTo(name: string, build?: string): Promise<string> {
    this.#projection(name);
    const builds = (await this.#registry.builds()).filter((one) => one.name === name && !one.scratch);
    const kept = builds.findLast(({ serving, takesOver }) => !serving && !takesOver);
    const target = build === undefined ? kept : builds.find((one) => one.schema === build);
    if (!target)
      throw new ProjectionRefused(
        'NO_SUCH_BUILD',
        `${name} has no ${build ? `build ${build}` : 'other build that is filled'}.`,
      );
    const end = performance.now() + SWITCH_MS;
    do {
      const serves = await this.#registry.switchTo(target.schema, true).catch((error: unknown) => {
        if (!(error instanceof CheckpointLost)) throw error;
        throw new ProjectionRefused('NO_SUCH_BUILD', `${name} has no build ${target.schema} any more.`);
      });
      if (serves) {
        this.asked();
        return target.schema;
      }
      await delay(SWITCH_PAUSE_MS);
    } while (!target.takesOver && performance.now() < end);
    const why = target.takesOver
      ? 'it is still being filled, and will serve by itself'
      : 'it is not as far as the one that serves';
    throw new ProjectionRefused('NOT_AS_FAR', `${target.schema} cannot serve: ${why}.`);
  }

  /** Drops a build that does not serve; without a name all that are kept, but not one that is being filled. Tells which. */
  async drop(name: string, build?: string): Promise<string[]> {
    this.#projection(name);
    const dropped = await this.#registry.forget(name, build);
    this.asked();
    return dropped;
  }

  /** Begins to compare a projection's rows with what the log says they should be. Tells its id. */
  async verify(name: string): Promise<string> {
    this.#projection(name);
    const id = await this.#verifications.request(name);
    this.asked();
    return id;
  }

  /** The last verification. @throws ProjectionRefused where there was none */
  async verification(name: string): Promise<Verification> {
    this.#projection(name);
    const latest = await this.#verifications.latest(name);
    if (!latest) throw new ProjectionRefused('NOT_VERIFIED', `${name} has not been verified.`);
    return latest;
  }

  /** The parked events of the build that serves, or of the first one while it is filled, in the log's order. */
  async parked(name: string, page: { after?: bigint; limit?: number } = {}): Promise<readonly ParkedEvent[]> {
    this.#projection(name);
    const builds = (await this.#registry.builds()).filter((one) => one.name === name && !one.scratch);
    const shown = builds.find(({ serving }) => serving) ?? builds[0];
    return shown ? this.#parked.of(shown.schema, page) : [];
  }

  /** Parks the event that a projection stands still at, so that it goes on without it. */
  async park(name: string, position: bigint): Promise<void> {
    this.#projection(name);
    await this.#registry.ask(name, { park: position });
    this.asked();
  }

  /** Tries parked events again, and the one at which the projection stands still. */
  async replay(name: string): Promise<void> {
    this.#projection(name);
    await this.#registry.ask(name, { replay: true });
    this.asked();
  }

  #projection(name: string): Projection {
    const projection = this.projections.find((candidate) => candidate.name === name);
    if (!projection) throw new ProjectionRefused('NO_SUCH_PROJECTION', `There is no projection ${name}.`);
    return projection;
  }
}
