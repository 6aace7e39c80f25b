import type { Store } from '../streams/read.js';
import type { Storage } from '../storage/store.js';
import type { SubscriptionCommand } from '../storage/write-protocol.js';
import { storageFailure } from '../streams/append.js';
import { isAll, keyOf } from './configuration.js';
import type { Configuration } from './configuration.js';
import { doesNotExist, exists, failed, full } from './errors.js';
import type { GroupName } from './errors.js';
import type { Consumer } from './consumer.js';
import { Group } from './group.js';
import type { Wanted } from './requests.js';
import { sourceOf } from './source.js';

const TICK_MS = 1000;

/** All persistent subscriptions of a store. */
export class PersistentSubscriptions {
  readonly #store: Store;
  readonly #storage: Storage;
  readonly #groups = new Map<string, Group>();
  readonly #timer: NodeJS.Timeout;
  readonly #unfollow: () => void;
  /** Changes of one group, one after the other. */
  #changes: Promise<unknown> = Promise.resolve();

  constructor(storage: Storage, store: Store) {
    this.#storage = storage;
    this.#store = store;
    this.#load();
    this.#unfollow = storage.log.follow(() => this.#each((group) => group.wake()));
    this.#timer = setInterval(() => this.#each((group) => group.tick()), TICK_MS);
    this.#timer.unref();
  }

  #each(visit: (group: Group) => void): void {
    for (const group of this.#groups.values()) visit(group);
  }

  #load(): void {
    const rows = this.#storage.reader.persistentSubscriptions();
    for (const { key, configuration, checkpoint } of rows) {
      const group = this.#start(JSON.parse(configuration) as Configuration, checkpoint);
      this.#groups.set(key, group);
    }
  }

  #start(configuration: Configuration, checkpoint: number | undefined): Group {
    return new Group(this.#store, this.#storage.writer, configuration, checkpoint);
  }

  get size(): number {
    return this.#groups.size;
  }

  /** Throws where there is none of this name. */
  get(name: GroupName): Group {
    const group = this.#groups.get(keyOf(name));
    if (!group) throw doesNotExist(name);
    return group;
  }

  /** Those of one source, or all. */
  list(source?: string): Group[] {
    const groups = [...this.#groups.values()];
    if (source === undefined) return groups;
    const found = groups.filter(({ configuration }) => configuration.source === source);
    if (found.length === 0) throw doesNotExist({ source, group: '' });
    return found;
  }

  create(wanted: Wanted): Promise<void> {
    return this.#change(async () => {
      if (this.#groups.has(keyOf(wanted))) throw exists(wanted);
      await this.#save(this.#configure(wanted), undefined);
    });
  }

  /** The consumers have to come again; the checkpoint stays, and so does the filter. */
  update(wanted: Wanted): Promise<void> {
    return this.#change(async () => {
      const old = this.get(wanted);
      const { filter } = old.configuration;
      await this.#save({ ...this.#configure(wanted), ...(filter && { filter }) }, old.checkpoint, old);
    });
  }

  delete(name: GroupName): Promise<void> {
    return this.#change(async () => {
      const group = this.get(name);
      await this.#execute({ kind: 'delete-subscription', key: keyOf(name) });
      this.#groups.delete(keyOf(name));
      group.stop();
      await group.parked.delete();
    });
  }

  join(name: GroupName, consumer: Consumer): void {
    const group = this.get(name);
    const { maxSubscriberCount } = group.configuration.settings;
    if (maxSubscriberCount > 0 && group.consumers.length >= maxSubscriberCount) throw full(name);
    group.join(consumer);
  }

  /** Starts again from what is stored; consumers are dropped. */
  restart(): void {
    this.stop();
    this.#load();
  }

  stop(): void {
    this.#each((group) => group.stop());
    this.#groups.clear();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#unfollow();
  }

  #change(change: () => Promise<void>): Promise<void> {
    const done = this.#changes.then(change);
    this.#changes = done.catch(() => {});
    return done;
  }

  #configure(wanted: Wanted): Configuration {
    const configuration: Configuration = { ...wanted, after: -1 };
    const end = sourceOf(this.#store, configuration).last();
    const { startFrom } = wanted;
    if (isAll(wanted) && typeof startFrom === 'number' && startFrom > end)
      throw failed(wanted, `The start ${startFrom} is beyond the end ${end}.`);
    const after = startFrom === 'start' ? -1 : startFrom === 'end' ? end : startFrom - 1;
    return { ...configuration, after };
  }

  async #save(configuration: Configuration, checkpoint: number | undefined, old?: Group): Promise<void> {
    const key = keyOf(configuration);
    await this.#execute({ kind: 'save-subscription', key, configuration: JSON.stringify(configuration) });
    old?.stop();
    this.#groups.set(key, this.#start(configuration, checkpoint));
  }

  async #execute(command: SubscriptionCommand): Promise<void> {
    const result = await this.#storage.writer.execute(command);
    if (result.outcome === 'failed') throw storageFailure(result.message);
  }
}
