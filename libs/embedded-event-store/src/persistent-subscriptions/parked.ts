import { randomUUID } from 'node:crypto';
import type { StoredEvent } from '../storage/reader.js';
import type { Reader } from '../storage/reader.js';
import { ANY } from '../storage/numbers.js';
import type { WriteResult, Writes } from '../storage/writer.js';
import { metastreamOf } from '../streams/stream-metadata.js';
import { visibleRange } from '../streams/visible-range.js';
import type { Message } from './message.js';

/** The parked messages of one group: links in a stream of its own. */
export class Parked {
  readonly #writer: Writes;
  readonly #reader: Reader;
  readonly #stream: string;
  readonly #now: () => number;
  /** Links before this revision are on their way to consumers again. */
  #replayed = 0;
  readonly #replaying = new Set<number>();

  constructor(writer: Writes, reader: Reader, stream: string, now: () => number) {
    this.#writer = writer;
    this.#reader = reader;
    this.#stream = stream;
    this.#now = now;
  }

  /** How many are waiting to be replayed. */
  get count(): number {
    const range = this.#range();
    return range ? Math.max(0, range.last - Math.max(range.first, this.#replayed) + 1) : 0;
  }

  #range(): { stream: number; first: number; last: number } | undefined {
    const visible = visibleRange(this.#reader, this.#stream, this.#now());
    return visible.kind === 'range' ? visible : undefined;
  }

  park({ original, retryCount }: Message, reason: string): Promise<WriteResult> {
    const metadata = {
      added: new Date(this.#now()).toISOString(),
      reason,
      subscriptionEventNumber: original.revision,
      retryCount,
    };
    return this.#append(this.#stream, {
      ...{ id: randomUUID(), type: '$>', isJson: false },
      data: Buffer.from(`${original.revision}@${original.stream}`),
      metadata: Buffer.from(JSON.stringify(metadata)),
    });
  }

  #append(
    stream: string,
    event: { id: string; type: string; isJson: boolean; data: Buffer; metadata: Buffer },
  ): Promise<WriteResult> {
    return this.#writer.execute({ kind: 'append', stream, expected: ANY, events: 1, deadline: Infinity }, [event]);
  }

  /** The links from the first not yet replayed up to but without revision `stopAt`, page by page. */
  *replay(stopAt: number): Generator<StoredEvent[], void, void> {
    const range = this.#range();
    if (!range) return;
    let next = Math.max(range.first, this.#replayed);
    const to = Math.min(range.last, stopAt - 1);
    while (next <= to) {
      const { events } = this.#reader.forwards(range.stream, next, to);
      if (events.length === 0) return;
      for (const { revision } of events) this.#replaying.add(revision);
      next = (events.at(-1)?.revision ?? to) + 1;
      this.#replayed = next;
      yield events;
    }
  }

  /** A replayed one was finished with: it leaves the stream when all before it have. */
  async finish(revision: number): Promise<void> {
    this.#replaying.delete(revision);
    let lowest = this.#replayed;
    for (const waiting of this.#replaying) lowest = Math.min(lowest, waiting);
    const range = this.#range();
    if (!range || lowest <= range.first) return;
    const data = Buffer.from(JSON.stringify({ $tb: lowest }));
    await this.#append(metastreamOf(this.#stream), {
      ...{ id: randomUUID(), type: '$metadata', isJson: true },
      ...{ data, metadata: Buffer.alloc(0) },
    });
  }

  /** With their group the parked ones go too. */
  async delete(): Promise<void> {
    await this.#writer.execute({ kind: 'delete', stream: this.#stream, expected: ANY });
  }
}
