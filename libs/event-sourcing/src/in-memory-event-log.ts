import type { AnyEvent, EventMetadata, Recorded } from './event.js';
import {
  appendedMetadata,
  WrongExpectedRevision,
  type Appended,
  type Delivery,
  type EventLog,
  type ExpectedRevision,
  type NewEvent,
  type SubscribeOptions,
} from './event-log.js';

/** An EventLog for specs: the same rules, nothing durable. No application uses it. */
export class InMemoryEventLog implements EventLog {
  readonly #events: Recorded[] = [];
  readonly #streams = new Map<string, Recorded[]>();
  #arrived: () => void = () => undefined;
  #arrival = new Promise<void>((resolve) => (this.#arrived = resolve));

  constructor(private readonly clock: () => Date = () => new Date(0)) {}

  /** For specs: everything that was appended, in order. */
  get events(): readonly Recorded[] {
    return this.#events;
  }

  async append(stream: string, events: readonly NewEvent[], expected: ExpectedRevision): Promise<Appended> {
    const current = this.#streams.get(stream) ?? [];
    const next = expected === 'no_stream' ? 0 : Number(expected) + 1;
    if (next !== current.length) {
      const existing = current.slice(next, next + events.length);
      const last = existing.at(-1);
      if (last && existing.length === events.length && existing.every((e, i) => e.id === events[i]?.id))
        return { revision: last.revision, position: last.position };
      throw new WrongExpectedRevision(stream, expected);
    }
    const recorded = events.map(({ id, event }, i): Recorded => ({
      // What goes in comes out as JSON does it, so that a spec sees what the log would hold.
      ...(JSON.parse(JSON.stringify({ type: event.type, data: event.data })) as AnyEvent),
      metadata: JSON.parse(JSON.stringify(appendedMetadata(events, i))) as EventMetadata,
      ...{ id, stream, revision: BigInt(next + i), created: this.clock() },
      position: BigInt(100 + (this.#events.length + i) * 7),
    }));
    this.#streams.set(stream, [...current, ...recorded]);
    this.#events.push(...recorded);
    this.#arrived();
    this.#arrival = new Promise<void>((resolve) => (this.#arrived = resolve));
    const last = recorded.at(-1);
    if (!last) throw new Error('an append needs at least one event');
    return { revision: last.revision, position: last.position };
  }

  async *readStream(stream: string, options: Parameters<EventLog['readStream']>[1] = {}): AsyncIterable<Recorded> {
    yield* slice(this.#streams.get(stream) ?? [], options, (event) => event.revision);
  }

  async *readAll(options: Parameters<EventLog['readAll']>[0] = {}): AsyncIterable<Recorded> {
    yield* slice(this.#events, options, (event) => event.position);
  }

  async *subscribe({ after, types, signal }: SubscribeOptions): AsyncIterable<Delivery> {
    const wanted = types && new Set(types);
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    let next = after === 'start' ? 0 : this.#events.findIndex((event) => event.position > after);
    if (next < 0) next = this.#events.length;
    let live = false;
    while (!signal.aborted) {
      for (let event = this.#events[next]; event && !signal.aborted; event = this.#events[++next]) {
        if (!wanted || wanted.has(event.type)) yield { kind: 'event', event };
      }
      const last = this.#events.at(-1);
      if (last) yield { kind: 'checkpoint', position: last.position };
      if (!live) yield { kind: 'caught-up' };
      live = true;
      if (next >= this.#events.length) await Promise.race([this.#arrival, aborted]);
    }
  }

  async setMaxCount(): Promise<void> {}

  async close(): Promise<void> {}
}

function slice(
  events: readonly Recorded[],
  options: { from?: bigint | 'start' | 'end'; direction?: 'forwards' | 'backwards'; limit?: number },
  at: (event: Recorded) => bigint,
): readonly Recorded[] {
  const { from, direction = 'forwards', limit = Infinity } = options;
  const ordered = direction === 'forwards' ? events : events.toReversed();
  const begun = ordered.filter(
    (event) => typeof from !== 'bigint' || (direction === 'forwards' ? at(event) >= from : at(event) <= from),
  );
  return begun.slice(0, Math.min(limit, begun.length));
}
