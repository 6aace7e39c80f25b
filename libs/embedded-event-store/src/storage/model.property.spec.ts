import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import fc from 'fast-check';
import { STAMP_ROOM, bodyLength, decodeRecord, writeBody } from '../protobuf/recorded-event.js';
import type { ProposedEvent } from '../protobuf/recorded-event.js';
import { temporaryFolder } from '../testing/temporary-store.js';
import { visibleRange } from '../streams/visible-range.js';
import { ANY, NO_STREAM, STREAM_EXISTS } from './numbers.js';
import { openForReading, openForWriting } from './open.js';
import { Reader } from './reader.js';
import { WriteModel } from './write-model.js';
import { Outcome } from './write-protocol.js';
import type { Command } from './write-protocol.js';

/** The rules once more, as plainly as possible: lists in memory, no cache, no table. */
class PlainModel {
  readonly #streams = new Map<string, { ids: string[]; tombstoned: boolean; tb: number; maxCount: number }>();

  #stream(name: string) {
    const found = this.#streams.get(name) ?? { ids: [], tombstoned: false, tb: 0, maxCount: Infinity };
    this.#streams.set(name, found);
    return found;
  }

  append(name: string, expected: number, ids: readonly string[]): string {
    const stream = this.#stream(name);
    const last = stream.ids.length - 1;
    const deleted = stream.tb === Infinity;
    if (stream.tombstoned) return 'deleted';
    if (expected === STREAM_EXISTS && deleted) return 'deleted';
    if (expected === STREAM_EXISTS && last < 0 && !this.#hasMetadata.has(name)) return 'wrong';
    const at = ids.map((id) => stream.ids.lastIndexOf(id));
    if (expected === ANY || expected === STREAM_EXISTS) {
      if (ids.length > 0 && at.every((revision) => revision >= 0)) return `repeat ${at.at(-1)}`;
      if (at[0] !== undefined && at[0] >= 0) return 'wrong';
    } else if (expected > last) return 'wrong';
    else if (expected < last) {
      const same = ids.map((id, n) => stream.ids[expected + 1 + n] === id);
      if (ids.length > 0 && same.every(Boolean)) return `repeat ${expected + ids.length}`;
      if (ids.length === 0 || same[0] || expected !== NO_STREAM || !deleted) return 'wrong';
    }
    if (deleted && ids.length > 0) stream.tb = last + 1;
    stream.ids.push(...ids);
    return 'written';
  }

  delete(name: string, expected: number): string {
    const stream = this.#stream(name);
    if (stream.tombstoned) return 'deleted';
    if (expected === STREAM_EXISTS && stream.tb === Infinity) return 'deleted';
    const last = stream.ids.length - 1;
    if (last < 0 || !this.#expects(stream, expected)) return 'wrong';
    Object.assign(stream, { tb: Infinity, maxCount: Infinity });
    this.#hasMetadata.add(name);
    return 'written';
  }

  tombstone(name: string, expected: number): string {
    const stream = this.#stream(name);
    if (stream.tombstoned) return 'deleted';
    if (expected === STREAM_EXISTS && stream.tb === Infinity) return 'deleted';
    if (expected === STREAM_EXISTS && stream.ids.length === 0 && !this.#hasMetadata.has(name)) return 'wrong';
    if (!this.#expects(stream, expected)) return 'wrong';
    stream.tombstoned = true;
    return 'written';
  }

  #expects({ ids, tb }: { ids: string[]; tb: number }, expected: number): boolean {
    if (expected === ANY || expected === STREAM_EXISTS) return true;
    return expected === ids.length - 1 || (expected === NO_STREAM && tb === Infinity);
  }

  readonly #hasMetadata = new Set<string>();

  metadata(name: string, { tb, maxCount }: { tb: number; maxCount: number | undefined }): void {
    const stream = this.#stream(name);
    const revived = stream.tb === Infinity && !stream.tombstoned;
    Object.assign(stream, { tb: revived ? stream.ids.length : tb, maxCount: maxCount ?? Infinity });
    this.#hasMetadata.add(name);
  }

  read(name: string): string[] | 'missing' | 'deleted' {
    const { ids, tombstoned, tb, maxCount } = this.#stream(name);
    if (tombstoned) return 'deleted';
    if (ids.length === 0 || tb === Infinity) return 'missing';
    return ids.slice(Math.max(tb, ids.length - maxCount));
  }
}

/** The real thing, without its thread. */
class RealStore {
  readonly #folder = temporaryFolder();
  readonly #file = join(this.#folder.dir, 'events.db');
  readonly #db = openForWriting(this.#file);
  readonly model = new WriteModel(this.#db);
  readonly reader = new Reader(openForReading(this.#file));

  /** One transaction. */
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
    const before = this.model.end;
    const reply = this.model.apply({
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

  read(name: string): string[] | 'missing' | 'deleted' {
    const visible = visibleRange(this.reader, name, Date.now());
    if (visible.kind !== 'range') return visible.kind;
    return this.reader
      .forwards(visible.stream, visible.first, visible.last)
      .events.map((e) => decodeRecord(e.record).id);
  }

  remove(): void {
    this.reader.close();
    this.#db.close();
    this.#folder.remove();
  }
}

const IDS = Array.from({ length: 6 }, () => randomUUID());
const names = fc.constantFrom('a', 'b');
const expectations = fc.constantFrom(ANY, NO_STREAM, STREAM_EXISTS, 0, 1, 2, 3);
const operation = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      name: names,
      expected: expectations,
      ids: fc.array(fc.oneof(fc.constantFrom(...IDS), fc.uuid()), { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), name: names, expected: expectations }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('tombstone' as const), name: names, expected: expectations }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('metadata' as const),
      name: names,
      tb: fc.nat({ max: 4 }),
      maxCount: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
    }),
  },
);

const event = (id: string, data: unknown = {}, type = 'tested'): ProposedEvent => ({
  ...{ id, type, isJson: true, data: Buffer.from(JSON.stringify(data)), metadata: Buffer.alloc(0) },
});

const append = (stream: string, expected: number, events: readonly ProposedEvent[]) => ({
  command: { kind: 'append', stream, expected, events: events.length, deadline: Infinity } as const,
  events,
});

describe('random appends, deletions, tombstones and metadata', () => {
  it('end and read as the rules say', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 25 }), (operations) => {
        const plain = new PlainModel();
        const real = new RealStore();
        try {
          for (const step of operations) {
            if (step.kind === 'metadata') {
              const data = { $tb: step.tb, ...(step.maxCount !== undefined && { $maxCount: step.maxCount }) };
              real.execute([append(`$$${step.name}`, ANY, [event(randomUUID(), data, '$metadata')])]);
              plain.metadata(step.name, step);
            } else if (step.kind === 'append') {
              const events = step.ids.map((id) => event(id));
              const [got] = real.execute([append(step.name, step.expected, events)]);
              expect(got).toBe(plain.append(step.name, step.expected, step.ids));
            } else {
              const command = { kind: step.kind, stream: step.name, expected: step.expected };
              const [got] = real.execute([{ command, events: [] }]);
              expect(got).toBe(plain[step.kind](step.name, step.expected));
            }
            for (const name of ['a', 'b']) expect(real.read(name)).toEqual(plain.read(name));
          }
        } finally {
          real.remove();
        }
      }),
      { numRuns: 60 },
    );
  });

  it('end the same in one transaction as in many', () => {
    const appends = fc.array(
      fc.record({
        name: names,
        expected: expectations,
        ids: fc.array(fc.constantFrom(...IDS), { minLength: 1, maxLength: 3 }),
      }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(appends, (steps) => {
        const [together, alone] = [new RealStore(), new RealStore()];
        const plain = new PlainModel();
        try {
          const commands = steps.map(({ name, expected, ids }) =>
            append(
              name,
              expected,
              ids.map((id) => event(id)),
            ),
          );
          together.execute(commands);
          for (const command of commands) alone.execute([command]);
          for (const { name, expected, ids } of steps) plain.append(name, expected, ids);
          for (const name of ['a', 'b']) {
            expect(together.read(name)).toEqual(alone.read(name));
            expect(together.read(name)).toEqual(plain.read(name));
          }
        } finally {
          together.remove();
          alone.remove();
        }
      }),
      { numRuns: 15 },
    );
  });
});
