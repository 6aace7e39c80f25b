import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient } from '@eventstore/db-client';
import { startEventStore } from '../event-store.js';
import type { EventStoreOptions, RunningEventStore } from '../event-store.js';

/** A folder for one test. */
export const temporaryFolder = (): { dir: string; remove(): void } => {
  const dir = mkdtempSync(join(tmpdir(), 'event-store-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
};

/** A store in a folder of its own, a client of it, and the way to stop and to start it again. */
export class TemporaryStore {
  readonly #folder = temporaryFolder();
  readonly #options: Partial<EventStoreOptions>;
  #running: RunningEventStore | undefined;
  #clients: EventStoreDBClient[] = [];

  constructor(options: Partial<EventStoreOptions> = {}) {
    this.#options = options;
  }

  get dir(): string {
    return this.#folder.dir;
  }

  get running(): RunningEventStore {
    if (!this.#running) throw new Error('the store is not started');
    return this.#running;
  }

  async start(): Promise<EventStoreDBClient> {
    this.#running = await startEventStore({ dir: this.dir, port: 0, ...this.#options });
    return this.connect();
  }

  connect(parameters = ''): EventStoreDBClient {
    const client = EventStoreDBClient.connectionString(`${this.running.url}${parameters}`);
    this.#clients.push(client);
    return client;
  }

  async stop(): Promise<void> {
    for (const client of this.#clients.splice(0)) await client.dispose();
    await this.#running?.close();
    this.#running = undefined;
  }

  async restart(): Promise<EventStoreDBClient> {
    await this.stop();
    return this.start();
  }

  async remove(): Promise<void> {
    await this.stop();
    this.#folder.remove();
  }
}
