import { Worker } from 'node:worker_threads';
import { STAMP_ROOM, bodyLength, writeBody } from '../protobuf/recorded-event.js';
import type { ProposedEvent } from '../protobuf/recorded-event.js';
import { RESULT_SIZE, Outcome } from './write-protocol.js';
import type { Command, StreamCommand, WriteBatch, WriteReply, WriterReady } from './write-protocol.js';
import { FROM_SOURCES } from './from-sources.js';
import { messageOf } from './message-of.js';

export type WriteResult =
  | { outcome: 'done'; revision: number; position: number }
  | { outcome: 'wrong'; current: number }
  | { outcome: 'deleted' }
  | { outcome: 'timeout' }
  | { outcome: 'failed'; message: string };

/** What the rest of the server needs of a writer; a folder that is read-only has one that refuses. */
export type Writes = Pick<Writer, 'submit' | 'execute' | 'close' | 'queuedBytes' | 'whenBelow' | 'failure'>;

export type Answer = (result: WriteResult) => void;

/** What a committed batch wrote, and how long its transaction took. */
export interface Committed {
  written: Float64Array;
  bytes: Buffer;
  extra: Buffer;
  appends: number;
  milliseconds: number;
}

export interface WriterListener {
  committed(batch: Committed): void;
  /** A transaction could not be stored. */
  failed(): void;
}

interface Pending {
  command: Command;
  events: readonly ProposedEvent[];
  size: number;
  answer: Answer;
}

/** One batch holds at most so much: memory is bounded, and a commit does not take too long. */
const BATCH_BYTES = 4 * 1024 * 1024;
const BATCH_COMMANDS = 512;
const MOST_QUIET_TURNS = 32;

const toResult = (results: Float64Array, at: number): WriteResult => {
  const first = at * RESULT_SIZE;
  const outcome = results[first];
  const revision = results[first + 1] ?? 0;
  const position = results[first + 2] ?? 0;
  if (outcome === Outcome.done) return { outcome: 'done', revision, position };
  if (outcome === Outcome.wrong) return { outcome: 'wrong', current: revision };
  return { outcome: outcome === Outcome.deleted ? 'deleted' : 'timeout' };
};

/**
 * The server's side of the writer's thread: gathers what arrives while the last transaction is being synced and
 * hands it over as the next. The listener hears of a commit before the answers are given.
 */
export class Writer {
  readonly #worker: Worker;
  readonly #listener: WriterListener;
  #queue: Pending[] = [];
  #inFlight: Pending[] | undefined;
  #scheduled = false;
  #lastTogether = 1;
  #expected = 1;
  #waiting: (() => void)[] = [];
  readonly #closed: Promise<void>;
  #idle: (() => void) | undefined;
  #broken: string | undefined;
  #failure: string | undefined;
  /** Bytes of events that wait for their turn or are being written. */
  queuedBytes = 0;

  private constructor(worker: Worker, listener: WriterListener) {
    this.#worker = worker;
    this.#listener = listener;
    worker.on('message', (reply: WriteReply) => this.#replied(reply));
    worker.on('error', (error) => this.#stopped(messageOf(error)));
    this.#closed = new Promise((resolve) => worker.once('exit', () => resolve()));
  }

  /** Starts the thread on a database file. Resolves with the position of the last event stored. */
  static async open(file: string, listener: WriterListener): Promise<{ writer: Writer; end: number }> {
    const worker = startWorker(file);
    const ready = await new Promise<WriterReady>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    if (!ready.ready) {
      await worker.terminate();
      throw new Error(ready.message);
    }
    return { writer: new Writer(worker, listener), end: ready.end };
  }

  /** Why the last transaction could not be stored; undefined while all is well. */
  get failure(): string | undefined {
    return this.#broken ?? this.#failure;
  }

  /** Queues a command; `answer` is called once, when it is durable or refused. */
  submit(command: Command, answer: Answer, events: readonly ProposedEvent[] = []): void {
    if (this.#broken !== undefined) return answer({ outcome: 'failed', message: this.#broken });
    const size = events.reduce(
      (sum, event) => sum + bodyLength((command as StreamCommand).stream, event) + STAMP_ROOM,
      0,
    );
    this.queuedBytes += size;
    this.#queue.push({ command, events, size, answer });
    this.#schedule();
  }

  /** Calls back once fewer than so many bytes are waiting. */
  whenBelow(bytes: number, then: () => void): void {
    if (this.queuedBytes < bytes) return then();
    this.#waiting.push(() => this.whenBelow(bytes, then));
  }

  /** The same as a promise. */
  execute(command: Command, events: readonly ProposedEvent[] = []): Promise<WriteResult> {
    return new Promise((resolve) => this.submit(command, resolve, events));
  }

  /** Lets what is queued be written, then ends the thread. */
  async close(): Promise<void> {
    if (this.#inFlight || this.#queue.length > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    this.#broken ??= 'the server is shutting down';
    this.#worker.postMessage('close');
    await this.#closed;
  }

  #schedule(): void {
    if (this.#inFlight || this.#scheduled) return;
    this.#scheduled = true;
    this.#gather(0, 0);
  }

  /**
   * Not at once: where as many as came together the last times are still coming in, they share a transaction. Nobody
   * waits for longer than some turns of the event loop that bring nothing, and a lone writer for nobody.
   */
  #gather(before: number, quietTurns: number): void {
    setImmediate(() => {
      const { length } = this.#queue;
      const quiet = length > before ? 0 : quietTurns + 1;
      if (length < this.#expected && quiet < MOST_QUIET_TURNS) return this.#gather(length, quiet);
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#inFlight || this.#queue.length === 0) return;
    let size = 0;
    let count = 0;
    for (const pending of this.#queue) {
      if (count > 0 && (size + pending.size > BATCH_BYTES || count === BATCH_COMMANDS)) break;
      size += pending.size;
      count++;
    }
    this.#inFlight = this.#queue.splice(0, count);
    this.#expected = Math.max(count, this.#lastTogether);
    this.#lastTogether = count;
    const batch = pack(this.#inFlight, size);
    this.#worker.postMessage(batch, [batch.bytes, batch.layout.buffer]);
  }

  #replied(reply: WriteReply): void {
    const batch = this.#inFlight ?? [];
    this.#inFlight = undefined;
    for (const { size } of batch) this.queuedBytes -= size;
    if (this.#queue.length >= this.#expected) this.#flush();
    this.#settle(batch, reply);
    for (const look of this.#waiting.splice(0)) look();
    if (this.#queue.length > 0) this.#schedule();
    else if (!this.#inFlight) this.#idle?.();
  }

  #settle(batch: readonly Pending[], reply: WriteReply): void {
    if (!reply.ok) {
      const message = reply.diskFull ? `the disk is full: nothing was written (${reply.message})` : reply.message;
      this.#failure = message;
      this.#listener.failed();
      for (const { answer } of batch) answer({ outcome: 'failed', message });
      return;
    }
    this.#failure = undefined;
    const { figures, milliseconds } = reply;
    const results = figures.subarray(0, batch.length * RESULT_SIZE);
    const written = figures.subarray(results.length);
    const bytes = Buffer.from(reply.bytes);
    const extra = Buffer.from(reply.extra ?? []);
    this.#listener.committed({ written, bytes, extra, appends: batch.length, milliseconds });
    for (const [index, { answer }] of batch.entries()) answer(toResult(results, index));
  }

  #stopped(message: string): void {
    this.#broken = `the writer has stopped, the server has to be restarted: ${message}`;
    const failed = [...(this.#inFlight ?? []), ...this.#queue];
    this.#inFlight = undefined;
    this.#queue = [];
    for (const { answer } of failed) answer({ outcome: 'failed', message: this.#broken });
    this.#idle?.();
  }
}

const pack = (batch: readonly Pending[], size: number): WriteBatch => {
  const bytes = Buffer.from(new ArrayBuffer(size));
  const layout: number[] = [];
  let at = 0;
  for (const { command, events } of batch) {
    for (const event of events) {
      const end = writeBody(bytes, at, (command as StreamCommand).stream, event);
      layout.push(at, end - at);
      at = end + STAMP_ROOM;
    }
  }
  return {
    commands: batch.map(({ command }) => command),
    layout: Uint32Array.from(layout),
    bytes: bytes.buffer,
  };
};

const startWorker = (file: string): Worker => {
  const compiled = import.meta.url.endsWith('.js');
  const entry = new URL(compiled ? './writer-thread.js' : './writer-thread.ts', import.meta.url);
  return new Worker(entry, {
    workerData: { file },
    ...(!compiled && { execArgv: FROM_SOURCES }),
  });
};
