import { Event, WrongExpectedRevision, type EventLog, type LedgerKey } from '@mo-ledger/event-sourcing';

/** Up to where the router has handled everything. The stream keeps the last one only. */
export class RouterCheckpointed extends Event('RouterCheckpointed')<{ position: string }> {}

export const CHECKPOINT_STREAM = 'checkpoint-keyword-router';
const AT_MOST_EVERY_MS = 1_000;

/** Where the router resumes. Written at most once a second, and when there is nothing more to do. */
export class Checkpoint {
  #revision: bigint | null = null;
  #stored: bigint | null = null;
  #latest: bigint | null = null;
  #writing: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #lastWrite = -Infinity;

  constructor(
    private readonly log: EventLog,
    private readonly key: LedgerKey,
    private readonly recordedBy: string,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** The stored position, or null before the first one. */
  async load(): Promise<bigint | null> {
    for await (const event of this.log.readStream(CHECKPOINT_STREAM, { direction: 'backwards', limit: 1 })) {
      this.#revision = event.revision;
      this.#stored = BigInt((event.data as RouterCheckpointed['data']).position);
    }
    return this.#stored;
  }

  /** Everything up to here is handled: it will be stored soon. */
  reached(position: bigint): void {
    this.#latest = position;
    this.#timer ??= setTimeout(
      () => {
        this.#timer = null;
        void this.flush().catch(this.onError);
      },
      Math.max(0, this.#lastWrite + AT_MOST_EVERY_MS - performance.now()),
    ).unref();
  }

  /** Stores what was reached last, now. */
  async flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#writing;
    this.#writing = this.#write().finally(() => (this.#writing = null));
    await this.#writing;
  }

  async #write(): Promise<void> {
    const position = this.#latest;
    if (position === null || (this.#stored !== null && position <= this.#stored)) return;
    this.#lastWrite = performance.now();
    const first = this.#revision === null;
    const id = this.key.uuid('router-checkpoint', String(position), String(this.#revision));
    const metadata = { $correlationId: id, $causationId: id, recordedBy: this.recordedBy, schemaVersion: 1 };
    const event = new RouterCheckpointed({ position: String(position) });
    try {
      if (first) await this.log.setMaxCount(CHECKPOINT_STREAM, 1);
      const appended = await this.log.append(
        CHECKPOINT_STREAM,
        [{ id, event, metadata }],
        this.#revision ?? 'no_stream',
      );
      this.#revision = appended.revision;
      this.#stored = position;
    } catch (error) {
      // Another router wrote meanwhile: what matters is that the next one is written after its.
      if (error instanceof WrongExpectedRevision) await this.load();
      else throw error;
    }
  }
}
