import type { AnyEvent, EventMetadata, Recorded } from '@mo-ledger/event-sourcing';

/** Events as the log would hold them, for specs of projections: `history().append('code-26161', new CodeProvisioned(…)).events`. */
export class History {
  readonly events: Recorded[] = [];
  readonly #revisions = new Map<string, bigint>();

  /** One append: its events share their metadata. */
  append(stream: string, ...events: readonly AnyEvent[]): this {
    return this.appendWith({}, stream, ...events);
  }

  appendWith(metadata: Partial<EventMetadata>, stream: string, ...events: readonly AnyEvent[]): this {
    const base = { $correlationId: stream, $causationId: stream, recordedBy: 'spec', schemaVersion: 1 };
    events.forEach(({ type, data }, index) => {
      const revision = (this.#revisions.get(stream) ?? -1n) + 1n;
      this.#revisions.set(stream, revision);
      const position = BigInt(100 + this.events.length * 7);
      this.events.push({
        type,
        stream,
        revision,
        position,
        id: `${stream}-${revision}`,
        created: new Date(Number(position)),
        // What goes in comes out as JSON does it.
        data: JSON.parse(JSON.stringify(data)) as object,
        metadata: { ...base, ...metadata, ...(events.length > 1 ? { append: { index, size: events.length } } : {}) },
      });
    });
    return this;
  }

  /** The position of the last event. */
  get position(): bigint {
    return this.events.at(-1)?.position ?? -1n;
  }
}

export const history = () => new History();
