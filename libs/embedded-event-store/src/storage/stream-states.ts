import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { LRUCache } from 'lru-cache';
import { decodeRecord } from '../protobuf/recorded-event.js';
import { StreamNames } from './stream-names.js';
import { metastreamOf, parseMetadata } from '../streams/stream-metadata.js';
import type { StreamMetadata } from '../streams/stream-metadata.js';

/** What the writer knows of one stream. */
export interface StreamState {
  /** Its number in the tables; 0 while nothing was ever written to it. */
  id: number;
  last: number;
  metadata?: { parsed: StreamMetadata; data: Uint8Array };
}

const REMEMBERED = 50_000;
const NONE = { parsed: {}, data: Buffer.from('{}') };

/** The streams written to of late, in memory; the others come from the tables. */
export class StreamStates {
  readonly #states = new LRUCache<string, StreamState>({ max: REMEMBERED });
  readonly #names: StreamNames;
  readonly #lastOf: StatementSync;
  readonly #recordOf: StatementSync;

  constructor(db: DatabaseSync) {
    this.#names = new StreamNames(db);
    this.#lastOf = db.prepare('select revision from events where stream = ? order by revision desc limit 1');
    this.#recordOf = db.prepare('select record from events where stream = ? and revision = ?');
  }

  of(name: string): StreamState {
    const known = this.#states.get(name);
    if (known) return known;
    const id = this.#names.find(name) ?? 0;
    const last = id === 0 ? -1 : Number(this.#lastOf.get(id)?.['revision'] ?? -1);
    const state: StreamState = { id, last };
    this.#states.set(name, state);
    return state;
  }

  metadataOf(name: string): { parsed: StreamMetadata; data: Uint8Array } {
    const state = this.of(name);
    return (state.metadata ??= this.#readMetadata(name));
  }

  #readMetadata(name: string): { parsed: StreamMetadata; data: Uint8Array } {
    const meta = this.of(metastreamOf(name));
    if (meta.last < 0) return NONE;
    const record = this.recordAt(meta, meta.last);
    if (!record) return NONE;
    const { data } = decodeRecord(record);
    return { parsed: parseMetadata(data), data };
  }

  recordAt(state: StreamState, revision: number): Buffer | undefined {
    if (state.id === 0) return undefined;
    const record = this.#recordOf.get(state.id, revision)?.['record'] as Uint8Array | undefined;
    return record && Buffer.from(record.buffer, record.byteOffset, record.byteLength);
  }

  /** To be called when something was written to the metastream of `name`. */
  metadataChanged(name: string): void {
    const state = this.#states.peek(name);
    if (state) delete state.metadata;
  }

  /** After a rollback nothing that is remembered can be trusted. */
  forget(): void {
    this.#states.clear();
  }
}
