import { setTimeout as delay } from 'node:timers/promises';
import { follow, type EventLog, type Recorded } from '@mo-ledger/event-sourcing';
import { ORGANIZATION_EVENTS, type OrganizationEvent } from '@mo-ledger/organizations';

/** What the receiver needs to know of an organization. */
export interface OrganizationEntry {
  readonly name: string;
  /** Of the key of its inbound URL, or null where that has none. */
  readonly keyHash: string | null;
}

/** The directory did not get as far as was asked for in time. */
export class DirectoryBehind extends Error {
  readonly code = 'DIRECTORY_BEHIND';
}

interface Known extends OrganizationEntry {
  readonly revision: bigint;
}

const AGAIN_MS = 250;

/**
 * The organizations that may be posted to. One that was looked up is kept, and kept current by a subscription; an unknown one is
 * looked up each time, since it may be provisioned the next moment.
 */
export class OrganizationDirectory {
  readonly #known = new Map<string, Known>();
  readonly #stop = new AbortController();
  #position: bigint | null = null;
  #connected = false;
  #running: Promise<void> | null = null;
  #waiting: { readonly position: bigint; readonly done: () => void }[] = [];

  /** @param log its subscription keeps the directory current from `start` on */
  constructor(private readonly log: EventLog) {}

  /** Whether the event store is there, as far as the subscription knows. */
  get connected(): boolean {
    return this.#connected;
  }

  /** Follows the log from its present end on, in the background, until `stop`. */
  start(): void {
    this.#running ??= this.#follow();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** The organization, or null where there is none. Throws NotReadable where the store does not answer. */
  async find(organization: string): Promise<OrganizationEntry | null> {
    const known = this.#known.get(organization);
    if (known) return known;
    // Only what is read while the subscription is on can be kept current by it.
    const following = this.#position !== null;
    const last = { direction: 'backwards', from: 'end', limit: 1 } as const;
    for await (const event of this.log.readStream(`organization-${organization}`, last)) {
      const entry = toKnown(event);
      return following ? this.#keep(organization, entry) : entry;
    }
    return null;
  }

  /** Resolves once everything up to this position of an organization's stream is known here. Rejects with DirectoryBehind. */
  async waitFor(position: bigint, timeoutMs = 5_000): Promise<void> {
    if (this.#position !== null && this.#position >= position) return;
    await new Promise<void>((resolve, reject) => {
      const waiting = { position, done: () => (clearTimeout(timer), resolve()) };
      const timer = setTimeout(() => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
        reject(new DirectoryBehind(`the directory of organizations has not reached ${position}`));
      }, timeoutMs);
      this.#waiting.push(waiting);
    });
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        let end: bigint | 'start' = 'start';
        for await (const event of this.log.readAll({ direction: 'backwards', limit: 1 })) end = event.position;
        this.#reached(end === 'start' ? 0n : end);
        const options = {
          ...{ after: end, types: ORGANIZATION_EVENTS.map(({ type }) => type), signal },
          onDrop: () => (this.#connected = false),
        };
        await follow(this.log, async ({ events, position }) => this.#handle(events, position), options);
      } catch {
        this.#connected = false;
        this.#position = null;
        this.#known.clear();
        await delay(AGAIN_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  #handle(events: readonly Recorded[], position: bigint): void {
    this.#connected = true;
    for (const event of events) this.#keep((event.data as OrganizationEvent['data']).organization, toKnown(event));
    this.#reached(position);
  }

  #keep(organization: string, entry: Known): Known {
    const known = this.#known.get(organization);
    if (known && known.revision >= entry.revision) return known;
    this.#known.set(organization, entry);
    return entry;
  }

  #reached(position: bigint): void {
    this.#position = position;
    const reached = this.#waiting.filter((waiting) => waiting.position <= position);
    if (reached.length === 0) return;
    this.#waiting = this.#waiting.filter((waiting) => waiting.position > position);
    for (const { done } of reached) done();
  }
}

function toKnown({ data, revision }: Recorded): Known {
  const { name, keyHash } = data as OrganizationEvent['data'];
  return { name, keyHash, revision };
}
