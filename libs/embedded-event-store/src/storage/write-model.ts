// The only code that writes events. It runs in a thread of its own, on the only connection that writes: one batch is
// one transaction, so whatever arrived while the last one was being synced shares the next sync.
import { randomUUID } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { LRUCache } from 'lru-cache';
import { STAMP_ROOM, bodyLength, decodeRecord, idOf, writeBody, writeStamp } from '../protobuf/recorded-event.js';
import { decideAppend } from '../streams/append-decision.js';
import type { AppendDecision } from '../streams/append-decision.js';
import {
  SOFT_DELETED,
  isMetastream,
  isSoftDeleted,
  metastreamOf,
  originalOf,
  withTruncateBefore,
} from '../streams/stream-metadata.js';
import { TOMBSTONE } from './numbers.js';
import { hashOfName, segmentOf } from './stream-names.js';
import { StreamStates } from './stream-states.js';
import type { StreamState } from './stream-states.js';
import { Outcome } from './write-protocol.js';
import type {
  AppendCommand,
  Command,
  DeleteCommand,
  SubscriptionCommand,
  WriteBatch,
  WriteReply,
} from './write-protocol.js';
import { messageOf } from './message-of.js';

/** How many event ids are remembered for appends that expect no revision. */
const REMEMBERED_IDS = 100_000;
/** Added to the length of an event to get from one position to the next: positions are not dense. */
const POSITION_STEP = 64;

type Result = readonly [outcome: number, revision: number, position: number];

export class WriteModel {
  readonly #db: DatabaseSync;
  readonly #states: StreamStates;
  readonly #recent = new LRUCache<string, number>({ max: REMEMBERED_IDS });
  readonly #insertStream: StatementSync;
  readonly #insertEvent: StatementSync;
  readonly #positionOf: StatementSync;
  readonly #saveSubscription: StatementSync;
  readonly #saveCheckpoint: StatementSync;
  readonly #deleteSubscription: StatementSync;
  readonly #now: () => number;
  #position = 0;
  #created = 0;
  #lastStream = 0;
  #extra: Buffer[] = [];
  #extraLength = 0;
  #written: number[] = [];
  #batchLength = 0;

  constructor(db: DatabaseSync, now: () => number = Date.now) {
    this.#db = db;
    this.#now = now;
    this.#states = new StreamStates(db);
    this.#insertStream = db.prepare('insert into stream_names (segment, hash, stream) values (?, ?, ?)');
    this.#insertEvent = db.prepare(
      'insert into events (position, stream, revision, checksum, record) values (?, ?, ?, ?, ?)',
    );
    this.#positionOf = db.prepare('select position from events where stream = ? and revision = ?');
    this.#saveSubscription = db.prepare(
      `insert into persistent_subscriptions (key, configuration) values (?, ?)
       on conflict (key) do update set configuration = excluded.configuration`,
    );
    this.#saveCheckpoint = db.prepare('update persistent_subscriptions set checkpoint = ? where key = ?');
    this.#deleteSubscription = db.prepare('delete from persistent_subscriptions where key = ?');
    this.#start();
  }

  /** The position of the last event. */
  get end(): number {
    return this.#position;
  }

  #start(): void {
    const number = (sql: string): number => Number(this.#db.prepare(sql).get()?.['n'] ?? 0);
    this.#position = number('select max(position) as n from events');
    this.#lastStream = number('select max(stream) as n from events');
    const latest = this.#db.prepare('select record from events order by position desc limit 1').get()?.['record'];
    // The times of events never go back, whatever the clock does: retention by age relies on it.
    this.#created = latest ? decodeRecord(Buffer.from(latest as Uint8Array)).created : 0;
  }

  /** Applies a batch in one transaction: all of it is durable, or nothing was written. */
  apply(batch: WriteBatch): WriteReply {
    const started = performance.now();
    this.#written = [];
    this.#extra = [];
    this.#extraLength = 0;
    this.#batchLength = batch.bytes.byteLength;
    const bytes = Buffer.from(batch.bytes);
    const results: number[] = [];
    try {
      this.#db.exec('begin immediate');
      let event = 0;
      for (const command of batch.commands) {
        const layout = command.kind === 'append' ? batch.layout.subarray(event, event + command.events * 2) : undefined;
        event += layout?.length ?? 0;
        results.push(...this.#execute(command, bytes, layout));
      }
      this.#db.exec('commit');
    } catch (error) {
      return this.#failed(batch, error);
    }
    const figures = Float64Array.from(results.concat(this.#written));
    const extra = this.#extra.length > 0 ? new Uint8Array(Buffer.concat(this.#extra)) : undefined;
    return { ok: true, figures, bytes: batch.bytes, extra, milliseconds: performance.now() - started };
  }

  #failed(batch: WriteBatch, error: unknown): WriteReply {
    try {
      if (this.#db.isTransaction) this.#db.exec('rollback');
    } finally {
      this.#states.forget();
      this.#recent.clear();
    }
    try {
      this.#start();
    } catch {
      // Not readable just now either: the next batch fails or succeeds on its own; positions stay where they were.
    }
    const message = messageOf(error);
    return { ok: false, bytes: batch.bytes, message, diskFull: /full/i.test(message) };
  }

  #execute(command: Command, bytes: Buffer, layout: Uint32Array | undefined): Result {
    if (command.kind === 'append') return this.#append(command, bytes, layout ?? new Uint32Array());
    if ('stream' in command) return this.#delete(command);
    this.#store(command);
    return [Outcome.done, -1, this.#position];
  }

  #decide(name: string, state: StreamState, expected: number, ids: readonly string[]): AppendDecision {
    const facts = {
      last: state.last,
      softDeleted: () => this.#isSoftDeleted(name),
      metastreamExists: () => this.#states.of(metastreamOf(name)).last >= 0,
      recent: (id: string) => this.#recent.get(`${id}@${name}`),
      storedId: (revision: number) => {
        const record = this.#states.recordAt(state, revision);
        return record && idOf(record);
      },
    };
    return decideAppend(facts, expected, ids);
  }

  #append(command: AppendCommand, bytes: Buffer, layout: Uint32Array): Result {
    if (command.deadline < this.#now()) return [Outcome.timeout, 0, 0];
    const { stream, expected } = command;
    const ids: string[] = [];
    for (let i = 0; i < layout.length; i += 2) ids.push(idOf(bytes, layout[i]));
    const state = this.#states.of(stream);
    const decision = this.#decide(stream, state, expected, ids);
    if (decision.outcome === 'deleted') return [Outcome.deleted, 0, 0];
    if (decision.outcome === 'wrong') return [Outcome.wrong, state.last, 0];
    if (decision.outcome === 'repeat')
      return [Outcome.done, decision.revision, this.#positionAt(state, decision.revision)];
    if (ids.length === 0) return [Outcome.done, state.last, this.#position];
    return this.#writeAppend(stream, state, bytes, layout);
  }

  #writeAppend(stream: string, state: StreamState, bytes: Buffer, layout: Uint32Array): Result {
    const recreated = this.#isSoftDeleted(stream);
    const original = isMetastream(stream) ? originalOf(stream) : undefined;
    const revived = original !== undefined && this.#isSoftDeleted(original);
    const first = state.last + 1;
    for (let i = 0; i < layout.length; i += 2) {
      this.#write(stream, state, bytes, layout[i] ?? 0, layout[i + 1] ?? 0, state.last + 1, 0);
    }
    const result: Result = [Outcome.done, state.last, this.#position];
    if (recreated) this.#truncate(stream, first);
    if (original !== undefined) this.#states.metadataChanged(original);
    // Metadata written for a deleted stream bring it back, empty: what was deleted stays invisible.
    if (revived) this.#truncate(original, this.#states.of(original).last + 1);
    return result;
  }

  #isSoftDeleted(stream: string): boolean {
    const { last } = this.#states.of(stream);
    return last >= 0 && last !== TOMBSTONE && isSoftDeleted(this.#states.metadataOf(stream).parsed);
  }

  #truncate(stream: string, before: number): void {
    this.#writeMetadata(stream, withTruncateBefore(this.#states.metadataOf(stream).data, before));
  }

  #delete({ kind, stream, expected }: DeleteCommand): Result {
    const state = this.#states.of(stream);
    const decision = this.#decide(stream, state, expected, [randomUUID()]);
    if (decision.outcome === 'deleted') return [Outcome.deleted, 0, 0];
    if (decision.outcome !== 'write') return [Outcome.wrong, state.last, 0];
    if (kind === 'delete') {
      if (state.last < 0) return [Outcome.wrong, state.last, 0];
      this.#writeMetadata(stream, SOFT_DELETED);
    } else {
      this.#writeOwn(stream, '$streamDeleted', false, Buffer.alloc(0), TOMBSTONE);
    }
    return [Outcome.done, state.last, this.#position];
  }

  #writeMetadata(stream: string, data: Buffer): void {
    const meta = this.#states.of(metastreamOf(stream));
    this.#writeOwn(metastreamOf(stream), '$metadata', true, data, meta.last + 1);
    this.#states.metadataChanged(stream);
  }

  /** An event that no client proposed. */
  #writeOwn(stream: string, type: string, isJson: boolean, data: Buffer, revision: number): void {
    const event = { id: randomUUID(), type, isJson, data, metadata: Buffer.alloc(0) };
    const length = bodyLength(stream, event);
    const bytes = Buffer.alloc(length + STAMP_ROOM);
    writeBody(bytes, 0, stream, event);
    this.#write(stream, this.#states.of(stream), bytes, 0, length, revision, this.#batchLength + this.#extraLength);
    this.#extra.push(bytes);
    this.#extraLength += bytes.length;
  }

  #write(
    stream: string,
    state: StreamState,
    bytes: Buffer,
    start: number,
    length: number,
    revision: number,
    offset: number,
  ): void {
    if (state.id === 0) {
      state.id = this.#lastStream + 1;
      this.#insertStream.run(segmentOf(state.id), hashOfName(stream), state.id);
      this.#lastStream = state.id;
    }
    this.#position += length + POSITION_STEP;
    this.#created = Math.max(this.#created, this.#now());
    const end = writeStamp(bytes, start + length, revision, this.#position, this.#created);
    const record = bytes.subarray(start, end);
    this.#insertEvent.run(this.#position, state.id, revision, crc32(record), record);
    state.last = revision;
    this.#recent.set(`${idOf(record)}@${stream}`, revision);
    this.#written.push(offset + start, end - start, this.#position, revision);
  }

  #positionAt(state: StreamState, revision: number): number {
    return Number(this.#positionOf.get(state.id, revision)?.['position'] ?? this.#position);
  }

  #store(command: SubscriptionCommand): void {
    if (command.kind === 'save-subscription') this.#saveSubscription.run(command.key, command.configuration);
    else if (command.kind === 'save-checkpoint') this.#saveCheckpoint.run(command.checkpoint, command.key);
    else this.#deleteSubscription.run(command.key);
  }
}
