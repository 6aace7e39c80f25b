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
/** Followers that are told of a commit in one turn of the event loop. */
const TOLD_AT_ONCE = 16;

/** What one transaction wrote; taken apart when the first subscriber asks. */
class Commit {
  readonly #committed: Committed;
  readonly count: number;
  readonly last: number;
  #events: readonly RecentEvent[] | undefined;

  constructor(committed: Committed) {
    this.#committed = committed;
    this.count = committed.written.length / WRITTEN_SIZE;
    this.last = committed.written.at(-2) ?? 0;
  }

  get size(): number {
    return this.#committed.bytes.length + this.#committed.extra.length;
  }

  get events(): readonly RecentEvent[] {
    return (this.#events ??= this.#decode());
  }

  #decode(): RecentEvent[] {
    const { written, bytes, extra } = this.#committed;
    const events: RecentEvent[] = [];
    for (let i = 0; i < written.length; i += WRITTEN_SIZE) {
      const offset = written[i] ?? 0;
      const own = offset >= bytes.length;
      const start = own ? offset - bytes.length : offset;
      const record = (own ? extra : bytes).subarray(start, start + (written[i + 1] ?? 0));
      events.push({ position: written[i + 2] ?? 0, revision: written[i + 3] ?? 0, record, ...namesOf(record) });
    }
    return events;
  }
}

/**
 * The end of the log, in memory. Subscribers are cursors: each takes what comes after its own position, here as long
 * as it is here, else from the table; so there is no seam to cross, and a slow one holds nothing but its cursor.
 */
export class EventLog {
  /** From `#head` on; what is before it is no longer used and is thrown away now and then. */
  #tail: (Commit | undefined)[] = [];
  #head = 0;
  /** Everything after this position is in the tail. */
  #from = 0;
  #end = 0;
  #count = 0;
  #bytes = 0;
  readonly #followers = new Set<() => void>();
  #telling = false;
  #tellAgain = false;

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

  /** The first events after `position`, which has to be covered: all of one transaction, or a part of it. */
  after(position: number, limit = Infinity): readonly RecentEvent[] {
    const commit = this.#tail[firstAfter(this.#tail, this.#head, position)];
    if (!commit) return [];
    const { events } = commit;
    const start = firstAfter(events, 0, position);
    return events.slice(start, start + limit);
  }

  /** Calls `follower` after each commit, until the returned function is called. */
  follow(follower: () => void): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  publish(committed: Committed): void {
    const commit = new Commit(committed);
    if (commit.count === 0) return;
    this.#tail.push(commit);
    this.#end = commit.last;
    this.#count += commit.count;
    this.#bytes += commit.size;
    this.#trim();
    if (this.#telling) this.#tellAgain = true;
    else this.#tell([...this.#followers]);
  }

  /** Some at a time, so that many followers do not hold up everybody else. */
  #tell(followers: readonly (() => void)[]): void {
    for (const follower of followers.slice(0, TOLD_AT_ONCE)) follower();
    const rest = followers.slice(TOLD_AT_ONCE);
    this.#telling = rest.length > 0 || this.#tellAgain;
    if (!this.#telling) return;
    if (rest.length === 0) this.#tellAgain = false;
    setImmediate(() => this.#tell(rest.length > 0 ? rest : [...this.#followers]));
  }

  #trim(): void {
    while (this.#count > TAIL_EVENTS || this.#bytes > TAIL_BYTES) {
      const commit = this.#tail[this.#head];
      if (!commit) break;
      this.#tail[this.#head++] = undefined;
      this.#count -= commit.count;
      this.#bytes -= commit.size;
      this.#from = commit.last;
    }
    if (this.#head <= this.#tail.length / 2) return;
    this.#tail = this.#tail.slice(this.#head);
    this.#head = 0;
  }
}

/** The index of the first element, from `low` on, that ends after `position`. */
const firstAfter = (
  ordered: readonly ({ last: number } | { position: number } | undefined)[],
  low: number,
  position: number,
): number => {
  let from = low;
  let to = ordered.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const one = ordered[middle];
    const at = one === undefined ? -1 : 'last' in one ? one.last : one.position;
    if (at <= position) from = middle + 1;
    else to = middle;
  }
  return from;
};
