import { DEFAULT_CREDENTIALS } from './server/credentials.js';
import type { Credentials } from './server/credentials.js';
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
}

export interface RunningEventStore {
  /** A connection string for the client. */
  url: string;
  port: number;
  /** Ends open calls, lets what is being written be finished, and frees the folder. */
  close(): Promise<void>;
}

/** Starts an event store in this process; resolves when it serves. Rejects where the folder or the port is taken. */
export const startEventStore = async (options: EventStoreOptions): Promise<RunningEventStore> => {
  const {
    dir,
    port: wanted,
    host = '127.0.0.1',
    advertisedHost = host,
    credentials = DEFAULT_CREDENTIALS,
    tls,
  } = options;
  const storage = await openStorage(dir);
  try {
    const server = await serve(storage, { host, port: wanted, advertisedHost, credentials, ...(tls && { tls }) });
    return {
      url: `esdb://${advertisedHost}:${server.port}?tls=${Boolean(tls)}`,
      port: server.port,
      async close() {
        await server.close();
        await storage.close();
      },
    };
  } catch (error) {
    await storage.close();
    throw error;
  }
};
