import { hash } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { namesOf } from '../protobuf/recorded-event.js';

/**
 * Streams are found by 48 bits of a hash of their names. An index over millions of random names would have every new
 * stream write to a page of its own, somewhere in a file too large for any cache; so the index has segments, by the
 * streams' numbers, and only the latest, which is small, is ever written to. A search looks into all of them.
 */
export const SEGMENT_STREAMS = 2 ** 18;

export const hashOfName = (name: string): number => Number.parseInt(hash('sha1', name, 'hex').slice(0, 12), 16);

const FIND = `
  with recursive segments (n) as (
    select max(segment) from stream_names
    union all
    select n - 1 from segments where n > 0
  )
  select stream from segments cross join stream_names on segment = n and hash = ?`;

/** Finds streams by name; the writer adds them as well. */
export class StreamNames {
  readonly #find: StatementSync;
  readonly #first: StatementSync;

  constructor(db: DatabaseSync) {
    this.#find = db.prepare(FIND);
    this.#first = db.prepare('select record from events where stream = ? order by revision limit 1');
  }

  /** The number of a stream, undefined where nothing was ever written to it. */
  find(name: string): number | undefined {
    for (const row of this.#find.all(hashOfName(name))) {
      const stream = Number(row['stream']);
      // Two names may have one hash: the stream itself says which it is.
      const record = this.#first.get(stream)?.['record'] as Uint8Array | undefined;
      if (record && namesOf(Buffer.from(record.buffer, record.byteOffset, record.byteLength)).stream === name)
        return stream;
    }
    return undefined;
  }
}

export const segmentOf = (stream: number): number => Math.floor(stream / SEGMENT_STREAMS);
