import { createRequire } from 'node:module';
import type * as DbClient from '@eventstore/db-client';
import { BatchAppends } from './batch-append.js';

// The client is CommonJS without named exports that Node could see.
const { EventStoreDBClient } = createRequire(import.meta.url)('@eventstore/db-client') as typeof DbClient;

export type Client = DbClient.EventStoreDBClient;

/** The client in use, and which one it is. */
interface Current {
  readonly client: Client;
  readonly appends: BatchAppends;
  readonly generation: number;
}

/**
 * The one client of a process for appends and reads, made anew where it has gone bad: after a failed first capability call it
 * answers every later append with that same failure (EVENT_STORE.md §9).
 *
 * There must never be two of them appending at the same time: pending appends of all clients of a process are in one list, which an
 * error empties, and an answer that is then no longer expected throws where nobody can catch it. So the old one is gone before the
 * new one is used.
 */
export class Connection {
  #current: Promise<Current>;
  #generation = 0;
  #opened = 0;
  #closed = false;

  constructor(private readonly url: string) {
    this.#current = Promise.resolve(this.#openWithAppends());
  }

  /** A client of its own, for a subscription. */
  open(): Client {
    return EventStoreDBClient.connectionString(ownConnection(this.url, ++this.#opened));
  }

  #openWithAppends(): Current {
    const client = this.open();
    return { client, appends: new BatchAppends(client), generation: this.#generation };
  }

  current(): Promise<Current> {
    return this.#current;
  }

  /** Whether the client of that generation is still the one in use. A call of one that was replaced may end as if all was well. */
  isCurrent(generation: number): boolean {
    return generation === this.#generation && !this.#closed;
  }

  /** Replaces the client that failed; whoever comes second with the same failure finds it done. */
  renew(failed: number): void {
    if (failed !== this.#generation || this.#closed) return;
    this.#generation++;
    this.#current = this.#current.then(async ({ client }) => {
      await client.dispose().catch(() => undefined);
      return this.#openWithAppends();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await (await this.#current).client.dispose().catch(() => undefined);
  }
}

/**
 * gRPC shares a connection among all clients whose settings are the same, so a new client would go on using one on which nothing comes
 * back any more. A keep-alive interval that differs by a millisecond makes the settings another's.
 */
function ownConnection(url: string, number: number): string {
  if (/[?&]keepAliveInterval=/i.test(url)) return url;
  return `${url}${url.includes('?') ? '&' : '?'}keepAliveInterval=${KEEP_ALIVE_MS + (number % 1_000)}`;
}
const KEEP_ALIVE_MS = 10_000;
