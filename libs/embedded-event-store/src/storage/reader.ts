import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { TOMBSTONE } from './numbers.js';
import { StreamNames } from './stream-names.js';

/** An event as it is read: its record is what goes to the client. */
export interface StoredEvent {
  position: number;
  revision: number;
  record: Buffer;
}

type Row = [position: number, revision: number, record: Uint8Array];

/** A page ends after so many events or bytes, so that no read holds up the event loop. */
const PAGE_EVENTS = 256;
const PAGE_BYTES = 256 * 1024;
/** Or after so long, where the disk is slow; looked at every few events. */
const PAGE_MS = 10;
const LOOK_EVERY = 16;

export interface Page {
  events: StoredEvent[];
  /** Nothing follows this page. */
  last: boolean;
}

/** Reads committed events, page by page; no statement stays open in between, so the log can be tidied up. */
export class Reader {
  readonly #db: DatabaseSync;
  readonly #names: StreamNames;
  readonly #lastRevision: StatementSync;
  readonly #one: StatementSync;
  readonly #forwards: StatementSync;
  readonly #backwards: StatementSync;
  readonly #allForwards: StatementSync;
  readonly #allBackwards: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    const rows = (sql: string): StatementSync => {
      const statement = this.#db.prepare(sql);
      statement.setReturnArrays(true);
      return statement;
    };
    const columns = 'select position, revision, record from events where';
    this.#names = new StreamNames(db);
    this.#lastRevision = this.#db.prepare(
      'select revision from events where stream = ? order by revision desc limit 1',
    );
    this.#one = rows(`${columns} stream = ? and revision = ?`);
    this.#forwards = rows(`${columns} stream = ? and revision >= ? and revision <= ? order by revision`);
    this.#backwards = rows(`${columns} stream = ? and revision <= ? and revision >= ? order by revision desc`);
    this.#allForwards = rows(`${columns} position >= ? and position <= ? order by position`);
    this.#allBackwards = rows(`${columns} position < ? order by position desc`);
  }

  /** The number of a stream, undefined where nothing was ever written to it. */
  streamId(name: string): number | undefined {
    return this.#names.find(name);
  }

  /** −1 where there is none, {@link TOMBSTONE} where it is tombstoned. */
  lastRevision(name: string): number {
    const id = this.streamId(name);
    return id === undefined ? -1 : Number(this.#lastRevision.get(id)?.['revision'] ?? -1);
  }

  isTombstoned(name: string): boolean {
    return this.lastRevision(name) === TOMBSTONE;
  }

  one(stream: number, revision: number): StoredEvent | undefined {
    const row = this.#one.get(stream, revision) as unknown as Row | undefined;
    return row && toEvent(row);
  }

  /** Events of a stream from a revision up to another, both inclusive. */
  forwards(stream: number, from: number, to: number, limit = PAGE_EVENTS): Page {
    return page(this.#forwards.iterate(stream, from, to), limit);
  }

  /** Events of a stream from a revision down to another, both inclusive. */
  backwards(stream: number, from: number, to: number, limit = PAGE_EVENTS): Page {
    return page(this.#backwards.iterate(stream, from, to), limit);
  }

  /** Everything from a position to another, both inclusive. */
  allForwards(from: number, to: number, limit = PAGE_EVENTS): Page {
    return page(this.#allForwards.iterate(from, to), limit);
  }

  /** Everything before a position, latest first. */
  allBackwards(before: number, limit = PAGE_EVENTS): Page {
    return page(this.#allBackwards.iterate(before), limit);
  }

  /** The position of the last event; 0 for none. */
  lastPosition(): number {
    return Number(this.#db.prepare('select max(position) as n from events').get()?.['n'] ?? 0);
  }

  /** What persistent subscriptions there are, with their checkpoints. */
  persistentSubscriptions(): { key: string; configuration: string; checkpoint: number | undefined }[] {
    const rows = this.#db.prepare('select key, configuration, checkpoint from persistent_subscriptions').all();
    return rows.map(({ key, configuration, checkpoint }) => ({
      key: String(key),
      configuration: String(configuration),
      checkpoint: checkpoint === null ? undefined : Number(checkpoint),
    }));
  }

  close(): void {
    this.#db.close();
  }
}

const toEvent = ([position, revision, bytes]: Row): StoredEvent => ({
  position,
  revision,
  record: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
});

const page = (rows: Iterable<unknown>, limit: number): Page => {
  const events: StoredEvent[] = [];
  const most = Math.min(limit, PAGE_EVENTS);
  const started = performance.now();
  let size = 0;
  if (most <= 0) return { events, last: false };
  for (const row of rows) {
    const event = toEvent(row as Row);
    events.push(event);
    size += event.record.length;
    if (events.length === most || size >= PAGE_BYTES) return { events, last: false };
    if (events.length % LOOK_EVERY === 0 && performance.now() - started > PAGE_MS) return { events, last: false };
  }
  return { events, last: true };
};
