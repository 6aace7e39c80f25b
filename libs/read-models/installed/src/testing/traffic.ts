import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { CodeProvisioned, ProgramProvisioned } from '@mo-ledger/codes';
import type { AnyEvent, EventLog, EventMetadata } from '@mo-ledger/event-sourcing';
import { at, matched, recorded, redelivered } from '@mo-ledger/messages-read-model/testing';
import { OrganizationProvisioned } from '@mo-ledger/organizations';
import { OptedIn, OptedOut, ProgramJoined } from '@mo-ledger/subscribers';

export const CODE = '26161';
export const PROGRAM = 'vote';
const SUBSCRIBERS = 40;
/** How many messages are on their way at once; each subscriber's come one after the other. */
const AT_ONCE = 8;
/** A message takes a while where the event store is being started again. */
const TRIES = 30;

/** Messages as the write side would record and route them, straight into the event store: something of it for every read model. */
export class Traffic {
  readonly #revisions = new Map<string, bigint>();
  #messages = 0;
  #position = 0n;

  constructor(private readonly log: EventLog) {}

  /** How many messages there are: recorded and routed. */
  get messages(): number {
    return this.#messages;
  }
  /** Of the last event of all. */
  get position(): bigint {
    return this.#position;
  }

  async provision(): Promise<void> {
    await this.#append('organization-acme', [
      new OrganizationProvisioned({ organization: 'acme', name: 'Acme', keyHash: null, at: at(0) }),
    ]);
    const code = { type: 'SHORT', sharing: 'DEDICATED', forwarding: 'ALL', organization: 'acme' } as const;
    const settings = { match: 'FIRST', catchAll: false, startsAt: null, endsAt: null } as const;
    await this.#append(`code-${CODE}`, [
      new CodeProvisioned({ ...code, code: CODE, forwardsOptOut: false, optOutWords: [], at: at(1) }),
      new ProgramProvisioned({
        ...{ ...settings, code: CODE, program: PROGRAM, organization: 'acme', name: 'A vote', handler: 'vote' },
        ...{ keywords: ['VOTE'], settings: { choices: ['A', 'B'] }, at: at(2) },
      }),
    ]);
  }

  /** So many messages, as fast as they go in. */
  async text(messages: number): Promise<void> {
    const end = this.#messages + messages;
    const workers = Array.from({ length: AT_ONCE }, async (_, worker) => {
      for (let n = this.#firstOf(worker); n < end; n += AT_ONCE) await this.#message(n);
    });
    await Promise.all(workers);
    this.#messages = end;
  }

  /** About so many messages a second, until the signal aborts. */
  async keepTexting(perSecond: number, signal: AbortSignal): Promise<void> {
    const round = AT_ONCE * 2;
    while (!signal.aborted) {
      const next = delay((round * 1_000) / perSecond, undefined, { signal }).catch(() => undefined);
      await this.text(round);
      await next;
    }
  }

  /** Messages come, about so many a second, while something is done. */
  async textWhile(perSecond: number, work: () => Promise<void>): Promise<void> {
    const stop = new AbortController();
    const texting = this.keepTexting(perSecond, stop.signal);
    try {
      await work();
    } finally {
      stop.abort();
      await texting;
    }
  }

  /** Each of the first so many messages is delivered again so many times. */
  async repeat(messages: number, times: number): Promise<void> {
    for (let n = 0; n < messages; n++) {
      const again = Array.from({ length: times }, (_, time) => redelivered(`m${n}`, n + time));
      await this.#append(`message-m${n}`, again, `m${n}`);
    }
  }

  #firstOf(worker: number): number {
    return this.#messages + ((worker - (this.#messages % AT_ONCE) + AT_ONCE) % AT_ONCE);
  }

  async #message(n: number): Promise<void> {
    const ledgerId = `m${n}`;
    const subscriber = n % SUBSCRIBERS;
    const number = `1404555${String(subscriber).padStart(4, '0')}`;
    const who = { code: CODE, deviceAddress: number, deviceE164: `+${number}` };
    const place = { ...who, messageId: String(n) };
    const events = [recorded(ledgerId, n, place, 'VOTE A'), ...(n % 10 === 0 ? [redelivered(ledgerId, n + 1)] : [])];
    const position = await this.#append(`message-${ledgerId}`, events, ledgerId);
    const evidence = { ...who, ledgerId, messageId: String(n), at: at(n) };
    const consent =
      (n / SUBSCRIBERS) & 1
        ? new OptedIn({ ...evidence, text: 'START', program: null })
        : new OptedOut({ ...evidence, text: 'STOP', confidence: 'EXACT', programs: [], reviewId: null });
    const routed: AnyEvent[] = [
      matched(ledgerId, position, { ...place, program: PROGRAM, handler: 'vote', keyword: 'VOTE', receivedAt: at(n) }),
      ...(n < SUBSCRIBERS ? [new ProgramJoined({ ...evidence, text: 'VOTE A', program: PROGRAM, carrier: null })] : []),
      ...(n % 3 === 0 ? [consent] : []),
      { type: 'VoteCast', data: { choice: n % 2 ? 'A' : 'B' } },
    ];
    const decided = { code: CODE, program: PROGRAM, handler: 'vote', organization: 'acme' };
    await this.#append(`subscriber-${subscriber}`, routed, ledgerId, decided);
  }

  async #append(
    stream: string,
    events: readonly AnyEvent[],
    correlation: string = stream,
    more: Partial<EventMetadata> = {},
  ): Promise<bigint> {
    const metadata = { $correlationId: correlation, $causationId: correlation, recordedBy: 'spec', schemaVersion: 1 };
    const added = events.map((event) => ({ id: randomUUID(), event, metadata: { ...metadata, ...more } }));
    for (let tries = 1; ; tries++) {
      try {
        const { revision, position } = await this.log.append(stream, added, this.#revisions.get(stream) ?? 'no_stream');
        this.#revisions.set(stream, revision);
        if (position > this.#position) this.#position = position;
        return position;
      } catch (error) {
        // What may or may not have been written is written again with the same ids.
        if (tries === TRIES || (error as { code?: unknown }).code === 'WRONG_EXPECTED_REVISION') throw error;
      }
    }
  }
}
