import { decodeRecord } from '../protobuf/recorded-event.js';
import { resolve, unresolved } from '../streams/links.js';
import { asRpcError } from '../server/errors.js';
import type { Store } from '../streams/read.js';
import type { Writes } from '../storage/writer.js';
import type { StoredEvent } from '../storage/reader.js';
import { keyOf, parkedStreamOf } from './configuration.js';
import type { Configuration } from './configuration.js';
import type { Consumer } from './consumer.js';
import { dropped } from './errors.js';
import { toMessage } from './message.js';
import type { Message } from './message.js';
import { Parked } from './parked.js';
import { Progress } from './progress.js';
import { sourceOf } from './source.js';
import type { Source } from './source.js';
import { strategyOf } from './strategies.js';
import type { Strategy } from './strategies.js';

export type NackAction = 'park' | 'retry' | 'skip';

interface Outstanding {
  message: Message;
  consumer: Consumer;
  sentAt: number;
}

/** Events considered at a time while looking for wanted ones. */
const SEARCH = 256;

/** One persistent subscription at work: who gets which event, what comes back, and how far it is. */
export class Group {
  readonly configuration: Configuration;
  readonly parked: Parked;
  readonly progress: Progress;
  readonly source: Source;
  readonly consumers: Consumer[] = [];
  readonly #store: Store;
  readonly #writer: Writes;
  readonly #strategy: Strategy;
  readonly #outstanding = new Map<string, Outstanding>();
  #retries: Message[] = [];
  #buffer: Message[] = [];
  #stored: number | undefined;
  #storedAt: number;
  #scheduled = false;
  #stopped = false;
  total = 0;
  sinceMeasurement = 0;
  perSecond = 0;

  constructor(store: Store, writer: Writes, configuration: Configuration, checkpoint: number | undefined) {
    this.configuration = configuration;
    this.#store = store;
    this.#writer = writer;
    this.#stored = checkpoint;
    this.#storedAt = store.now();
    this.#strategy = strategyOf(configuration.settings.strategy);
    this.parked = new Parked(writer, store.reader, parkedStreamOf(configuration), store.now);
    this.progress = new Progress(checkpoint ?? configuration.after);
    this.source = sourceOf(store, configuration);
    this.wake();
  }

  /** The stored checkpoint: a revision or position; undefined before the first. */
  get checkpoint(): number | undefined {
    return this.#stored;
  }

  get counts(): { buffered: number; retries: number; outstanding: number } {
    return { buffered: this.#buffer.length, retries: this.#retries.length, outstanding: this.#outstanding.size };
  }

  /** Whether it has seen everything that there is. */
  get live(): boolean {
    return this.source.last() <= this.progress.cursor;
  }

  join(consumer: Consumer): void {
    this.consumers.push(consumer);
    consumer.out.onClose(() => this.#leave(consumer));
    this.wake();
  }

  /** What a consumer had goes to the others. */
  #leave(consumer: Consumer): void {
    const at = this.consumers.indexOf(consumer);
    if (at >= 0) this.consumers.splice(at, 1);
    if (this.#stopped) return;
    for (const message of [...consumer.inFlight.values()]) {
      this.#outstanding.delete(message.id);
      this.#retry(message, 'The consumer left.');
    }
    consumer.inFlight.clear();
    this.wake();
  }

  acknowledge(consumer: Consumer, ids: readonly string[]): void {
    for (const id of ids) {
      const message = this.#take(consumer, id);
      if (message) this.#finish(message);
    }
    this.#storeCheckpoint(false);
    this.wake();
  }

  refuse(consumer: Consumer, ids: readonly string[], action: NackAction, reason: string): void {
    for (const id of ids) {
      const message = this.#take(consumer, id);
      if (!message) continue;
      if (action === 'retry') this.#retry(message, reason);
      else if (action === 'park') this.#park(message, reason);
      else this.#finish(message);
    }
    this.wake();
  }

  #take(consumer: Consumer, id: string): Message | undefined {
    const outstanding = this.#outstanding.get(id);
    if (outstanding?.consumer !== consumer) return undefined;
    this.#outstanding.delete(id);
    consumer.finished(id, this.#store.now() - outstanding.sentAt);
    return outstanding.message;
  }

  #finish({ sequence, parkedAs }: Pick<Message, 'sequence' | 'parkedAs'>): void {
    if (sequence !== undefined) this.progress.finish(sequence);
    // Where that fails it stays parked, and comes again with the next replay.
    if (parkedAs !== undefined) this.parked.finish(parkedAs).catch(() => {});
  }

  #retry(message: Message, reason: string): void {
    const { maxRetryCount } = this.configuration.settings;
    if (message.retryCount >= maxRetryCount) return this.#park(message, `${reason} (retried ${maxRetryCount} times)`);
    this.#retries.push({ ...message, retryCount: message.retryCount + 1 });
  }

  #park(message: Message, reason: string): void {
    void this.parked.park(message, reason).then((result) => {
      if (result.outcome === 'done') return this.#finish(message);
      // It could not be written down: it stays here, so that the checkpoint does not pass it.
      this.#retries.push(message);
    });
  }

  /** Parked messages before revision `stopAt` of their stream come again. */
  async replayParked(stopAt: number): Promise<void> {
    for (const links of this.parked.replay(stopAt)) {
      for (const link of links) this.#replayOne(link);
      this.wake();
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#stopped) return;
    }
  }

  #replayOne(link: StoredEvent): void {
    const { reader, now } = this.#store;
    const parkedLink = resolve(reader, link, now());
    const original = parkedLink.event;
    if (!original) return this.#finish({ parkedAs: link.revision });
    const target = this.configuration.settings.resolveLinks
      ? (resolve(reader, { ...link, record: original }, now()).event ?? original)
      : original;
    const resolved = { event: target, link: link.record, position: link.position };
    const { position, revision } = decodeRecord(original);
    const message = toMessage({ position, revision, record: original }, resolved);
    this.#retries.push({ ...message, parkedAs: link.revision });
  }

  /** Looks for work in this turn of the event loop; cheap to call often. */
  wake(): void {
    if (this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (!this.#stopped) this.#work();
    });
  }

  #work(): void {
    try {
      const more = this.#fill();
      this.#push();
      if (more) this.wake();
    } catch (error) {
      // What cannot be read now is tried again at the next tick; the consumers are told.
      for (const { out } of [...this.consumers]) out.fail(asRpcError(error));
    }
  }

  /** Reads ahead while there is room; true where there is more to be had at once. */
  #fill(): boolean {
    const { historyBufferSize, resolveLinks } = this.configuration.settings;
    const room = historyBufferSize - this.#buffer.length;
    if (room <= 0) return false;
    const limit = this.configuration.filter ? SEARCH : Math.min(room, SEARCH);
    const events = this.source.after(this.progress.cursor, limit);
    const { reader, now } = this.#store;
    for (const event of events) {
      const sequence = this.source.sequenceOf(event);
      const wanted = this.source.wants(event);
      this.progress.consider(sequence, wanted);
      if (!wanted) continue;
      const resolved = resolveLinks ? resolve(reader, event, now()) : unresolved(event);
      this.#buffer.push({ ...toMessage(event, resolved), sequence });
    }
    return events.length > 0;
  }

  #push(): void {
    if (this.consumers.length === 0) return;
    this.#retries = this.#dispatch(this.#retries);
    const before = this.#buffer.length;
    if (this.#retries.length === 0 || this.#strategyMaySkip()) this.#buffer = this.#dispatch(this.#buffer);
    if (this.#buffer.length < before) this.wake();
  }

  #strategyMaySkip(): boolean {
    return this.consumers.some(({ hasRoom }) => hasRoom);
  }

  /** Hands out messages in order; returns those that nobody could take. */
  #dispatch(messages: readonly Message[]): Message[] {
    const left: Message[] = [];
    for (const [index, message] of messages.entries()) {
      const choice = this.#strategy.choose(this.consumers, message);
      if (choice === 'wait') return left.concat(messages.slice(index));
      if (choice === 'skip' || this.#outstanding.has(message.id)) left.push(message);
      else this.#send(choice, message);
    }
    return left;
  }

  #send(consumer: Consumer, message: Message): void {
    this.#outstanding.set(message.id, { message, consumer, sentAt: this.#store.now() });
    this.total++;
    this.sinceMeasurement++;
    consumer.send(message);
    if (consumer.out.blocked) consumer.out.whenWritable(() => this.wake());
  }

  /** Once a second: what timed out comes again, the checkpoint is stored where it is time. */
  tick(): void {
    const { messageTimeout } = this.configuration.settings;
    const oldest = this.#store.now() - messageTimeout;
    for (const [id, { message, consumer, sentAt }] of messageTimeout > 0 ? [...this.#outstanding] : []) {
      if (sentAt > oldest) continue;
      this.#outstanding.delete(id);
      consumer.inFlight.delete(id);
      this.#retry(message, 'The time-out has passed.');
    }
    this.#storeCheckpoint(true);
    this.perSecond = this.sinceMeasurement;
    this.sinceMeasurement = 0;
    for (const consumer of this.consumers) consumer.measure();
    this.wake();
  }

  #storeCheckpoint(timed: boolean): void {
    const { checkpointAfter, minCheckpointCount, maxCheckpointCount } = this.configuration.settings;
    const { sinceCheckpoint, finished } = this.progress;
    const many = sinceCheckpoint >= maxCheckpointCount;
    const enough = timed && sinceCheckpoint >= minCheckpointCount;
    const elapsed = this.#store.now() - this.#storedAt >= checkpointAfter;
    if (sinceCheckpoint === 0 || !(many || (enough && elapsed))) return;
    this.#stored = finished;
    this.#storedAt = this.#store.now();
    this.progress.checkpointStored();
    const key = keyOf(this.configuration);
    // Where it cannot be stored the next one will be: at least once is what is promised.
    void this.#writer.execute({ kind: 'save-checkpoint', key, checkpoint: String(finished) });
  }

  /** Ends it; consumers are told that they were dropped. */
  stop(): void {
    this.#stopped = true;
    for (const { out } of [...this.consumers]) out.fail(dropped(this.configuration));
  }
}
