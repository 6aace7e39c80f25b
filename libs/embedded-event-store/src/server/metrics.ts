import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import { statSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { messageOf } from '../storage/message-of.js';
import type { Committed } from '../storage/writer.js';
import { WRITTEN_SIZE } from '../storage/write-protocol.js';

/** What is looked at only when somebody asks. */
export interface Observed {
  /** Open subscriptions and how far each is behind: positions, which are about bytes. */
  subscribers(): { kind: 'stream' | 'all'; lag: number }[];
  persistentSubscriptions(): number;
  queuedBytes(): number;
  /** The message of the last append that could not be stored, until one can be again. */
  failure(): string | undefined;
  end(): number;
}

const NANOSECONDS = 1e9;

/** Counts what the store does, for operators. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #delay = monitorEventLoopDelay({ resolution: 5 });
  readonly #appends = this.#counter('event_store_appends_total', 'Appends and deletions that were answered');
  readonly #events = this.#counter('event_store_events_total', 'Events written');
  readonly #failures = this.#counter('event_store_failed_commits_total', 'Commits that failed');
  readonly #commitSize = this.#histogram('event_store_commit_events', 'Events in a commit', [
    ...[1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096],
  ]);
  readonly #commitSeconds = this.#histogram('event_store_commit_seconds', 'Duration of a commit, sync included', [
    ...[0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
  ]);

  constructor(file: string, observed: Observed) {
    this.#delay.enable();
    const subscribers = new Gauge({
      ...{
        name: 'event_store_subscribers',
        help: 'Open subscriptions',
        labelNames: ['kind'],
        registers: [this.#registry],
      },
      collect() {
        this.reset();
        for (const { kind } of observed.subscribers()) this.inc({ kind });
      },
    });
    subscribers.set({ kind: 'all' }, 0);
    this.#gauge('event_store_subscriber_lag_bytes', 'How far the slowest subscriber is behind the end of the log', () =>
      Math.max(0, ...observed.subscribers().map(({ lag }) => lag)),
    );
    this.#gauge('event_store_persistent_subscriptions', 'Persistent subscriptions', () =>
      observed.persistentSubscriptions(),
    );
    this.#gauge('event_store_queued_bytes', 'Bytes waiting to be written', () => observed.queuedBytes());
    this.#gauge('event_store_end_position', 'Position of the last event', () => observed.end());
    this.#gauge('event_store_disk_bytes', 'Size of the database and its write-ahead log', () => sizeOnDisk(file));
    this.#gauge('event_store_resident_bytes', 'Resident memory', () => process.memoryUsage().rss);
    this.#gauge(
      'event_store_event_loop_delay_max_seconds',
      'Longest delay of the event loop since the last look',
      () => {
        const longest = this.#delay.max / NANOSECONDS;
        this.#delay.reset();
        return longest;
      },
    );
  }

  committed({ written, appends, milliseconds }: Committed): void {
    const events = written.length / WRITTEN_SIZE;
    this.#appends.inc(appends);
    this.#events.inc(events);
    this.#commitSize.observe(events);
    this.#commitSeconds.observe(milliseconds / 1000);
  }

  failed(): void {
    this.#failures.inc();
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  close(): void {
    this.#delay.disable();
  }

  #counter(name: string, help: string): Counter {
    return new Counter({ name, help, registers: [this.#registry] });
  }

  #histogram(name: string, help: string, buckets: number[]): Histogram {
    return new Histogram({ name, help, buckets, registers: [this.#registry] });
  }

  #gauge(name: string, help: string, value: () => number): void {
    new Gauge({
      ...{ name, help, registers: [this.#registry] },
      collect() {
        this.set(value());
      },
    });
  }
}

const sizeOnDisk = (file: string): number =>
  [file, `${file}-wal`].reduce((sum, part) => sum + (statSync(part, { throwIfNoEntry: false })?.size ?? 0), 0);

/** Serves `/metrics` and `/health`; an event store that cannot write is not healthy. */
export const serveMetrics = (metrics: Metrics, observed: Observed, host: string, port: number): Promise<Server> => {
  const server = createServer((request, response) => {
    if (request.url === '/metrics') return void answerMetrics(metrics, response);
    if (request.url !== '/health') return void response.writeHead(404).end();
    const failure = observed.failure();
    response.writeHead(failure === undefined ? 200 : 503, { 'content-type': 'application/json' });
    response.end(JSON.stringify(failure === undefined ? { status: 'ok' } : { status: 'error', reason: failure }));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
};

const answerMetrics = async (metrics: Metrics, response: ServerResponse): Promise<void> => {
  try {
    const text = await metrics.text();
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(text);
  } catch (error) {
    response.writeHead(500).end(messageOf(error));
  }
};
