import { WrongExpectedRevision, type EventLog, type LedgerKey, type NewEvent } from '@mo-ledger/event-sourcing';
import { PostsRefused, type RefusalReason } from '@mo-ledger/messages';

export interface RefusalsOptions {
  /** Made for this run of the program; the events' ids come from it. */
  readonly instanceId: string;
  readonly recordedBy: string;
  readonly clock: () => Date;
  /** Told of the first refusal of each kind and source in an interval. */
  readonly onFirst: (reason: RefusalReason, source: string) => void;
  readonly onError: (error: unknown) => void;
  readonly intervalMs?: number;
}

interface Totals {
  readonly from: Date;
  readonly counts: Map<string, { readonly reason: RefusalReason; readonly source: string; count: number }>;
}

const STREAM = 'refusals';
const INTERVAL_MS = 60_000;
/** The first refusal after a quiet time waits this long for others of the same burst. */
const GATHER_MS = 1_000;
/** An outsider has as many addresses as he likes: beyond this many, they are counted together. */
const MOST_SOURCES = 200;
const OTHER = 'other';

/**
 * Totals of refused posts. No single refusal is an event: while there are any, one `PostsRefused` a minute at most goes into the log
 * (GATEWAY.md, The audit trail). Totals that the store did not take are kept and added up until it does.
 */
export class Refusals {
  #totals: Totals | null = null;
  #unconfirmed: NewEvent<PostsRefused> | null = null;
  #revision: bigint | 'no_stream' | null = null;
  #timer: NodeJS.Timeout | null = null;
  #last = -Infinity;
  #events = 0;

  constructor(
    private readonly log: EventLog,
    private readonly key: LedgerKey,
    private readonly options: RefusalsOptions,
  ) {}

  add(reason: RefusalReason, source: string): void {
    this.#totals ??= { from: this.options.clock(), counts: new Map() };
    const { counts } = this.#totals;
    const known = counts.get(`${reason} ${source}`);
    if (known) {
      known.count++;
      return;
    }
    if (counts.size < MOST_SOURCES) {
      counts.set(`${reason} ${source}`, { reason, source, count: 1 });
      this.options.onFirst(reason, source);
    } else {
      const other = counts.get(`${reason} ${OTHER}`);
      if (other) other.count++;
      else counts.set(`${reason} ${OTHER}`, { reason, source: OTHER, count: 1 });
    }
    this.#schedule();
  }

  /** Writes what has been counted, at once; for the interval's end and for the program's. */
  async flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#last = this.options.clock().getTime();
    this.#unconfirmed ??= this.#takeTotals();
    if (!this.#unconfirmed) return;
    try {
      await this.#append(this.#unconfirmed);
      this.#unconfirmed = null;
    } catch (error) {
      this.options.onError(error);
    }
    if (this.#unconfirmed || this.#totals) this.#schedule();
  }

  #schedule(): void {
    if (this.#timer) return;
    const wait = this.#last + (this.options.intervalMs ?? INTERVAL_MS) - this.options.clock().getTime();
    this.#timer = setTimeout(() => void this.flush(), Math.max(GATHER_MS, wait)).unref();
  }

  #takeTotals(): NewEvent<PostsRefused> | null {
    if (!this.#totals) return null;
    const { from, counts } = this.#totals;
    this.#totals = null;
    const { instanceId, recordedBy, clock } = this.options;
    const id = this.key.uuid('refusals', instanceId, this.#events++);
    const data = { from: from.toISOString(), to: clock().toISOString(), refusals: [...counts.values()] };
    const metadata = { $correlationId: id, $causationId: id, recordedBy, schemaVersion: 1 };
    return { id, event: new PostsRefused(data), metadata };
  }

  // The same event at the same revision until the store has confirmed it: then it is there once.
  async #append(event: NewEvent): Promise<void> {
    for (;;) {
      const expected = this.#revision ?? (await this.#lastRevision(event.id));
      if (expected === 'written') return;
      this.#revision = expected;
      try {
        this.#revision = (await this.log.append(STREAM, [event], expected)).revision;
        return;
      } catch (error) {
        if (!(error instanceof WrongExpectedRevision)) throw error;
        this.#revision = null;
      }
    }
  }

  async #lastRevision(id: string): Promise<bigint | 'no_stream' | 'written'> {
    let last: bigint | 'no_stream' = 'no_stream';
    for await (const event of this.log.readStream(STREAM, { direction: 'backwards', from: 'end', limit: 20 })) {
      if (event.id === id) return 'written';
      if (last === 'no_stream') last = event.revision;
    }
    return last;
  }
}
