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
  #tail: RecentEvent[] = [];
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
    let low = 0;
    let high = tail.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((tail[middle]?.position ?? Infinity) <= position) low = middle + 1;
      else high = middle;
    }
    return tail.slice(low, low + limit);
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
    const events: RecentEvent[] = [];
    for (let i = 0; i < written.length; i += WRITTEN_SIZE) {
      const [offset = 0, length = 0, position = 0, revision = 0] = written.subarray(i, i + WRITTEN_SIZE);
      const own = offset >= bytes.length;
      const start = own ? offset - bytes.length : offset;
      const record = (own ? extra : bytes).subarray(start, start + length);
      events.push({ position, revision, record, ...namesOf(record) });
      this.#bytes += length;
    }
    this.#tail = this.#trimmed(this.#tail.concat(events));
    this.#end = this.#tail.at(-1)?.position ?? this.#end;
    for (const follower of this.#followers) follower();
  }

  #trimmed(tail: RecentEvent[]): RecentEvent[] {
    let drop = 0;
    while (tail.length - drop > TAIL_EVENTS || this.#bytes > TAIL_BYTES) {
      const event = tail[drop++];
      if (!event) break;
      this.#bytes -= event.record.length;
      this.#from = event.position;
    }
    return drop === 0 ? tail : tail.slice(drop);
  }
}
