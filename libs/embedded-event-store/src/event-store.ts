import type { Server } from 'node:http';
import { DEFAULT_CREDENTIALS } from './server/credentials.js';
import type { Credentials } from './server/credentials.js';
import { Metrics, serveMetrics } from './server/metrics.js';
import { serve } from './server/server.js';
import { openStorage } from './storage/store.js';

export interface EventStoreOptions {
  /** The folder with the events; created where it is missing. One process a folder. */
  dir: string;
  /** 0: a free one. */
  port: number;
  /** 127.0.0.1 by default. */
  host?: string;
  /** What gossip tells clients to dial; `host` by default. */
  advertisedHost?: string;
  /** What Basic credentials are checked against, where a client sends any; admin/changeit by default. */
  credentials?: Credentials;
  /** PEM. */
  tls?: { certificate: Buffer; key: Buffer };
  /** Where `/metrics` and `/health` are served, on the same host; nowhere by default. */
  metricsPort?: number;
}

export interface RunningEventStore {
  /** A connection string for the client. */
  url: string;
  port: number;
  /** Where `/metrics` is, if anywhere. */
  metricsPort: number | undefined;
  /** Ends open calls, lets what is being written be finished, and frees the folder. */
  close(): Promise<void>;
}

/** Starts an event store in this process; resolves when it serves. Rejects where the folder or a port is taken. */
export const startEventStore = async (options: EventStoreOptions): Promise<RunningEventStore> => {
  const { host = '127.0.0.1', advertisedHost = host, credentials = DEFAULT_CREDENTIALS, tls } = options;
  // Only where somebody can ask: to watch the event loop alone wakes it 200 times a second (6 ms of processor time).
  let metrics: Metrics | undefined;
  const storage = await openStorage(options.dir, {
    committed: (batch) => metrics?.committed(batch),
    failed: () => metrics?.failed(),
  });
  try {
    const settings = { host, port: options.port, advertisedHost, credentials, ...(tls && { tls }) };
    const server = await serve(storage, settings);
    const observed = { ...server.observed, failure: () => storage.writer.failure, end: () => storage.log.end };
    let http: Server | undefined;
    if (options.metricsPort !== undefined) {
      metrics = new Metrics(storage.file, observed);
      http = await serveMetrics(metrics, observed, host, options.metricsPort);
    }
    const address = http?.address();
    let closed: Promise<void> | undefined;
    const close = async (): Promise<void> => {
      http?.close();
      metrics?.close();
      await server.close();
      await storage.close();
    };
    return {
      url: `esdb://${advertisedHost}:${server.port}?tls=${Boolean(tls)}`,
      port: server.port,
      metricsPort: typeof address === 'object' ? address?.port : undefined,
      close: () => (closed ??= close()),
    };
  } catch (error) {
    await storage.close();
    throw error;
  }
};
