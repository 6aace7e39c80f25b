import { namesOf } from '../protobuf/recorded-event.js';
import type { StoredEvent } from './reader.js';
import type { Committed } from './writer.js';
import { WRITTEN_SIZE } from './write-protocol.js';

/** An event that is still in memory, with what subscribers filter by. */
export interface RecentEvent extends StoredEvent {
  stream: string;
  type: string;
}

/** The most that is kept for live subscribers; whoever is further behind reads from the table. */
const TAIL_EVENTS = 8192;
const TAIL_BYTES = 16 * 1024 * 1024;

/**
 * The end of the log, in memory. Subscribers are cursors: each takes what comes after its own position, here as long
 * as it is here, else from the table; so there is no seam to cross, and a slow one holds nothing but its cursor.
 */
export class EventLog {
  /** From `#head` on; what is before it is no longer used and is thrown away now and then. */
  #tail: (RecentEvent | undefined)[] = [];
  #head = 0;
  /** Everything after this position is in the tail. */
  #from = 0;
  #end = 0;
  #bytes = 0;
  readonly #followers = new Set<() => void>();

  /** To be called once, with the position of the last event stored. */
  begin(end: number): void {
    this.#from = end;
    this.#end = end;
  }

  /** The position of the last committed event. */
  get end(): number {
    return this.#end;
  }

  /** Whether everything after `position` is still in memory. */
  covers(position: number): boolean {
    return position >= this.#from;
  }

  /** The first events after `position`, which has to be covered. */
  after(position: number, limit = Infinity): readonly RecentEvent[] {
    const tail = this.#tail;
    let low = this.#head;
    let high = tail.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((tail[middle]?.position ?? Infinity) <= position) low = middle + 1;
      else high = middle;
    }
    return tail.slice(low, low + limit) as RecentEvent[]; // nothing is cleared from the head on
  }

  /** Calls `follower` after each commit, until the returned function is called. */
  follow(follower: () => void): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  get followers(): number {
    return this.#followers.size;
  }

  publish({ written, bytes, extra }: Committed): void {
    if (written.length === 0) return;
    for (let i = 0; i < written.length; i += WRITTEN_SIZE) {
      const offset = written[i] ?? 0;
      const length = written[i + 1] ?? 0;
      const own = offset >= bytes.length;
      const start = own ? offset - bytes.length : offset;
      const record = (own ? extra : bytes).subarray(start, start + length);
      this.#end = written[i + 2] ?? this.#end;
      this.#tail.push({ position: this.#end, revision: written[i + 3] ?? 0, record, ...namesOf(record) });
      this.#bytes += length;
    }
    this.#trim();
    for (const follower of this.#followers) follower();
  }

  #trim(): void {
    while (this.#tail.length - this.#head > TAIL_EVENTS || this.#bytes > TAIL_BYTES) {
      const event = this.#tail[this.#head];
      if (!event) break;
      this.#tail[this.#head++] = undefined;
      this.#bytes -= event.record.length;
      this.#from = event.position;
    }
    if (this.#head <= TAIL_EVENTS) return;
    this.#tail = this.#tail.slice(this.#head);
    this.#head = 0;
  }
}
