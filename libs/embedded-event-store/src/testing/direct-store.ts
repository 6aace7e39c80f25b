import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { STAMP_ROOM, bodyLength, decodeRecord, writeBody } from '../protobuf/recorded-event.js';
import type { ProposedEvent } from '../protobuf/recorded-event.js';
import { openForReading, openForWriting } from '../storage/open.js';
import { Reader } from '../storage/reader.js';
import { DATABASE } from '../storage/schema.js';
import { WriteModel } from '../storage/write-model.js';
import { Outcome } from '../storage/write-protocol.js';
import type { Command } from '../storage/write-protocol.js';
import { visibleRange } from '../streams/visible-range.js';
import { temporaryFolder } from './temporary-store.js';

/** The writer and the reader of a folder, in this thread and without a server. */
export class DirectStore {
  readonly #folder: { readonly dir: string; remove(): void };
  readonly #db: DatabaseSync;
  readonly #model: WriteModel;
  readonly #reader: Reader;

  constructor(folder = temporaryFolder()) {
    const file = join(folder.dir, DATABASE);
    this.#folder = folder;
    this.#db = openForWriting(file);
    this.#model = new WriteModel(this.#db);
    this.#reader = new Reader(openForReading(file));
  }

  /** One transaction; how each command ended. */
  execute(commands: readonly { command: Command; events: readonly ProposedEvent[] }[]): string[] {
    const layout: number[] = [];
    const size = commands.flatMap(({ command, events }) =>
      events.map((event) => bodyLength('stream' in command ? command.stream : '', event) + STAMP_ROOM),
    );
    const bytes = Buffer.from(new ArrayBuffer(size.reduce((sum, length) => sum + length, 0)));
    let at = 0;
    for (const { command, events } of commands) {
      for (const event of events) {
        const end = writeBody(bytes, at, 'stream' in command ? command.stream : '', event);
        layout.push(at, end - at);
        at = end + STAMP_ROOM;
      }
    }
    const before = this.#model.end;
    const reply = this.#model.apply({
      commands: commands.map(({ command }) => command),
      layout: Uint32Array.from(layout),
      bytes: bytes.buffer,
    });
    if (!reply.ok) throw new Error(reply.message);
    return commands.map((_, index) => {
      const [outcome, revision, position = 0] = reply.figures.subarray(index * 3, index * 3 + 3);
      if (outcome === Outcome.wrong) return 'wrong';
      if (outcome === Outcome.deleted) return 'deleted';
      return position > before ? 'written' : `repeat ${revision}`;
    });
  }

  get dir(): string {
    return this.#folder.dir;
  }

  /** The ids of a stream's visible events. */
  read(name: string): string[] | 'missing' | 'deleted' {
    const visible = visibleRange(this.#reader, name, Date.now());
    if (visible.kind !== 'range') return visible.kind;
    return this.#reader
      .forwards(visible.stream, visible.first, visible.last)
      .events.map((e) => decodeRecord(e.record).id);
  }

  close(): void {
    this.#reader.close();
    this.#db.close();
  }

  remove(): void {
    this.close();
    this.#folder.remove();
  }
}

/** An event that is to be appended. */
export const proposed = (id: string, data: unknown = {}, type = 'tested'): ProposedEvent => ({
  id,
  type,
  isJson: true,
  data: Buffer.from(JSON.stringify(data)),
  metadata: Buffer.alloc(0),
});

/** A command that appends them. */
export const append = (stream: string, expected: number, events: readonly ProposedEvent[]) => ({
  command: { kind: 'append', stream, expected, events: events.length, deadline: Infinity } as const,
  events,
});
