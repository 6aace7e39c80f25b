import { randomInt, randomUUID } from 'node:crypto';
import { EventStoreDBClient, WrongExpectedVersionError, jsonEvent, streamNameFilter } from '@eventstore/db-client';
import type { AppendExpectedRevision, Position } from '@eventstore/db-client';
import { ChildStore } from '../testing/child-store.js';
import { temporaryFolder } from '../testing/temporary-store.js';
import { check } from './check.js';

const ROUNDS = rounds({ short: 8, long: 100 });
const APPENDERS = 64;
/** A kill comes after so many acknowledged appends at most: anywhere in a group commit. */
const MOST_BETWEEN_KILLS = 600;

interface Attempt {
  stream: string;
  id: string;
  expected: AppendExpectedRevision;
}

interface Place {
  stream: string;
  revision: bigint;
}

/** The acknowledged appends by their event's id, and the way to wait for more of them. */
class Acknowledged {
  readonly places = new Map<string, Place>();
  readonly #waiting = new Set<{ count: number; resolve: () => void }>();

  add(id: string, place: Place): void {
    this.places.set(id, place);
    for (const waiting of this.#waiting) {
      if (this.places.size < waiting.count) continue;
      this.#waiting.delete(waiting);
      waiting.resolve();
    }
  }

  more(appends: number): Promise<void> {
    const count = this.places.size + appends;
    return new Promise((resolve) => this.#waiting.add({ count, resolve }));
  }
}

/** Appends until its server is gone, and first tries again what has no answer. */
class Appender {
  readonly #own = `killed-${randomUUID()}`;
  readonly #acknowledged: Acknowledged;
  #next = -1n;
  #unanswered: Attempt | undefined;

  constructor(acknowledged: Acknowledged) {
    this.#acknowledged = acknowledged;
  }

  async run(client: EventStoreDBClient, isGone: () => boolean): Promise<void> {
    while (!isGone()) {
      const attempt = this.#unanswered ?? this.#attempt();
      this.#unanswered = attempt.expected === 'any' ? undefined : attempt;
      try {
        const event = jsonEvent({ id: attempt.id, type: 'tested', data: { text: 'x'.repeat(200) } });
        const { nextExpectedRevision } = await client.appendToStream(attempt.stream, event, {
          expectedRevision: attempt.expected,
        });
        this.#acknowledged.add(attempt.id, { stream: attempt.stream, revision: nextExpectedRevision });
        if (attempt.stream === this.#own) this.#next = nextExpectedRevision;
        this.#unanswered = undefined;
      } catch (error) {
        if (error instanceof WrongExpectedVersionError) throw error;
      }
    }
  }

  /** A stream of its own at an exact revision, a new stream, or one that all share. */
  #attempt(): Attempt {
    const id = randomUUID();
    const kind = randomInt(10);
    if (kind < 2) return { stream: 'killed-shared', id, expected: 'any' };
    if (kind < 5) return { stream: `killed-${randomUUID()}`, id, expected: 'no_stream' };
    return { stream: this.#own, id, expected: this.#next < 0n ? 'no_stream' : this.#next };
  }
}

/** Follows everything from where it was the last time; what it saw before a checkpoint it need not see again. */
class Follower {
  readonly seen = new Set<string>();
  #checkpoint: Position | 'start' = 'start';

  /** Until there is an event after which `until` holds, or the server is gone. */
  async follow(client: EventStoreDBClient, until: () => boolean): Promise<void> {
    const filter = streamNameFilter({
      prefixes: ['killed-'],
      checkpointInterval: 1,
      maxSearchWindow: 10,
      checkpointReached: (_, position: Position) => void (this.#checkpoint = position),
    });
    const subscription = client.subscribeToAll({ fromPosition: this.#checkpoint, filter });
    try {
      for await (const { event } of subscription) {
        if (event) this.seen.add(event.id);
        if (until()) return;
      }
    } catch {
      // The server was killed.
    } finally {
      await subscription.unsubscribe();
    }
  }
}

describe('an event store that is killed', () => {
  const folder = temporaryFolder();
  let store: ChildStore | undefined;
  afterAll(async () => {
    await store?.stop('SIGKILL');
    folder.remove();
  });

  it(`has lost nothing and repeated nothing after ${ROUNDS} times, and subscribers see everything`, async () => {
    const acknowledged = new Acknowledged();
    const appenders = Array.from({ length: APPENDERS }, () => new Appender(acknowledged));
    const follower = new Follower();
    for (let round = 0; round < ROUNDS; round++) {
      store = await ChildStore.start(folder.dir);
      const client = EventStoreDBClient.connectionString(store.url);
      let gone = false;
      const running = appenders.map((appender) => appender.run(client, () => gone));
      const following = follower.follow(client, () => gone);
      await acknowledged.more(randomInt(1, MOST_BETWEEN_KILLS));
      gone = true;
      await store.stop('SIGKILL');
      await Promise.all([...running, following]);
      await client.dispose();
    }
    expect(check(folder.dir)).toMatchObject({ ok: true });

    store = await ChildStore.start(folder.dir);
    const client = EventStoreDBClient.connectionString(store.url);
    const last = jsonEvent({ type: 'tested', data: { text: 'nobody is killed any more' } });
    await client.appendToStream('killed-shared', last);
    const stored = new Map<string, Place>();
    let repeated = 0;
    for await (const { event } of client.readAll()) {
      if (!event?.streamId.startsWith('killed-')) continue;
      if (stored.has(event.id)) repeated++;
      stored.set(event.id, { stream: event.streamId, revision: event.revision });
    }
    expect(repeated).toBe(0);
    const lost = [...acknowledged.places].filter(([id, { stream, revision }]) => {
      const found = stored.get(id);
      return found?.stream !== stream || found.revision !== revision;
    });
    expect(lost).toEqual([]);
    await follower.follow(client, () => follower.seen.has(last.id));
    expect(follower.seen).toEqual(new Set(stored.keys()));
    await client.dispose();
    await store.stop();
  });
});
