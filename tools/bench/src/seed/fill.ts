import { matchProgram } from '@mo-ledger/codes';
import { openLedger, type AnyEvent, type EventLog, type LedgerKey } from '@mo-ledger/event-sourcing';
import { installedHandlers } from '@mo-ledger/installed-handlers';
import { RouterCheckpointed, CHECKPOINT_STREAM } from '@mo-ledger/routing';
import { Subscriber, subscriberId, subscriberStream, toRoutable } from '@mo-ledger/subscribers';
import { message, ORGANIZATION, CODE, TEXTS_EACH } from './people.js';
import { code, codeEvents, CODE_REVISION, organizationEvents } from './provisioning.js';

/** How many people text at the same time. */
const AT_ONCE = 1_024;
/** Nothing may be lost on a busy machine. */
const PATIENTLY = { timeoutMs: 120_000 };

export interface Filled {
  readonly events: number;
  /** The position of the last event. */
  readonly position: bigint;
}

/**
 * Writes what receiver, admin API and keyword router would have written: messages from `from` to `to` (both multiples of ten), each
 * with its routing, and how far the router is. An empty log gets a ledger and its provisioning first.
 */
export async function fill(log: EventLog, key: LedgerKey, from: number, to: number): Promise<Filled> {
  const ledger = new SeededLedger(log, key);
  if (from === 0) await ledger.open();
  let person = from / TEXTS_EACH;
  const texting = async (): Promise<void> => {
    while (person < to / TEXTS_EACH) await ledger.texts(person++, from);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, texting));
  await ledger.checkpoint();
  return ledger;
}

class SeededLedger implements Filled {
  events = 0;
  position = 0n;
  #messages = 0;

  constructor(
    private readonly log: EventLog,
    private readonly key: LedgerKey,
  ) {}

  async open(): Promise<void> {
    await openLedger(this.log, this.key, this.key.uuid('seed'), 'bench');
    this.events++;
    await this.#append(`organization-${ORGANIZATION}`, organizationEvents, 'no_stream', 'seed');
    await this.#append(`code-${CODE}`, codeEvents, 'no_stream', 'seed');
  }

  /** Writes everything that one person texts, and what becomes of it. */
  async texts(person: number, from: number): Promise<void> {
    const { key } = this;
    const subscriber = new Subscriber(installedHandlers);
    for (let nth = 0; nth < TEXTS_EACH; nth++) {
      const recorded = message(key, from + this.#messages++, person, nth);
      const { ledgerId } = recorded;
      const { position } = await this.#append(`message-${ledgerId}`, [recorded], 'no_stream', ledgerId);
      const routable = toRoutable(recorded.data);
      const id = subscriberId(key, CODE, routable);
      subscriber.route(id, routable, {
        position,
        rerouted: false,
        applyConsent: true,
        codeRevision: CODE_REVISION,
        match: matchProgram(code, { ...routable, at: routable.receivedAt }),
      });
      const events = [...subscriber.getUncommittedEvents()];
      const routed = await this.#append(subscriberStream(id), events, subscriber.revision ?? 'no_stream', ledgerId);
      subscriber.recorded(routed.revision, routed.position);
    }
  }

  /** Writes the router's checkpoint: a router that starts here has nothing to do. */
  async checkpoint(): Promise<void> {
    await this.log.setMaxCount(CHECKPOINT_STREAM, 1);
    const last = await lastRevision(this.log, CHECKPOINT_STREAM);
    const checkpoint = new RouterCheckpointed({ position: String(this.position) });
    await this.#append(CHECKPOINT_STREAM, [checkpoint], last ?? 'no_stream', 'seed');
  }

  async #append(stream: string, events: readonly AnyEvent[], expected: bigint | 'no_stream', correlation: string) {
    const metadata = {
      $correlationId: correlation,
      $causationId: correlation,
      recordedBy: 'bench',
      schemaVersion: 1,
      organization: ORGANIZATION,
    };
    const next = events.map((event, index) => {
      return { id: this.key.uuid('seed', stream, String(expected), index), event, metadata };
    });
    const appended = await this.log.append(stream, next, expected, PATIENTLY);
    this.events += events.length;
    if (appended.position > this.position) this.position = appended.position;
    return appended;
  }
}

async function lastRevision(log: EventLog, stream: string): Promise<bigint | null> {
  for await (const event of log.readStream(stream, { direction: 'backwards', limit: 1 })) return event.revision;
  return null;
}
