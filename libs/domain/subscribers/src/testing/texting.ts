import {
  CodeProvisioned,
  evolveCode,
  initialCode,
  matchProgram,
  ProgramProvisioned,
  type CodeSettings,
  type CodeState,
  type ProgramSettings,
} from '@mo-ledger/codes';
import { Event, LedgerKey, type AnyEvent, type Recorded } from '@mo-ledger/event-sourcing';
import { defineKeywordHandler, enrol, HandlerRegistry } from '@mo-ledger/keyword-handlers';
import type { Handling, RoutableMessage } from '../message.js';
import { Subscriber } from '../subscriber.aggregate.js';
import { subscriberId } from '../subscriber-id.js';

export const key = new LedgerKey('cd'.repeat(32));
export const AT = '2026-11-23T12:00:00.000Z';
export const NUMBER = '+14045554900';

export class Counted extends Event('Counted')<{ n: number }> {}

const join = defineKeywordHandler({ name: 'join', enrols: true, decide: () => enrol });
const info = defineKeywordHandler({ name: 'info', decide: () => undefined });
/** Counts a sender's messages; `fail`, `huge` and `loop` show what a handler may do wrong. */
const count = defineKeywordHandler({
  name: 'count',
  events: [Counted],
  initialState: () => ({ n: 0 }),
  decide({ args: [word = ''] }, { n }) {
    if (word === 'fail') throw new Error('it failed');
    if (word === 'huge')
      return Array.from({ length: 9 }, () => new Counted({ n: 'x'.repeat(90_000) as unknown as number }));
    if (word === 'loop') return new Counted({ n: 1n as unknown as number });
    return new Counted({ n: n + 1 });
  },
  evolve: {
    Counted: (_, { n }) => {
      if (n === 13) throw new Error('unlucky');
      return { n };
    },
  },
});
export const handlers = new HandlerRegistry([join, info, count]);

const dedicated = { type: 'SHORT', sharing: 'DEDICATED', forwarding: 'ALL', organization: 'acme' } as const;
export const code = (settings: Partial<CodeSettings> = {}, ...programs: ProgramProvisioned[]): CodeState =>
  [
    new CodeProvisioned({ code: '26161', at: AT, ...dedicated, forwardsOptOut: false, optOutWords: [], ...settings }),
    ...programs,
  ].reduce<CodeState>((state, event) => evolveCode(state, event), initialCode);

export const program = (id: string, handler: string, keywords: string[], more: Partial<ProgramSettings> = {}) =>
  new ProgramProvisioned({
    ...{ code: '26161', at: AT, program: id, organization: 'acme', name: id, handler, keywords, match: 'FIRST' },
    ...{ catchAll: false, startsAt: null, endsAt: null, settings: {}, ...more },
  });

export const standard = code(
  {},
  program('P-JOIN', 'join', ['JOIN']),
  program('P-INFO', 'info', ['HOURS']),
  program('P-COUNT', 'count', ['COUNT']),
  program('P-GONE', 'gone', ['GONE']),
);

export interface Texted {
  readonly id?: string | null;
  readonly address?: string;
  readonly organization?: string;
  readonly messageOrig?: string;
  readonly repeats?: readonly string[];
  readonly at?: string;
  readonly code?: CodeState | null;
  readonly position?: bigint;
  /** The message of an earlier text, to be routed again. */
  readonly again?: { readonly applyConsent: boolean; readonly ledgerId: string };
}

/** One subscriber who texts; every text answers what was recorded. */
export class Phone {
  readonly history: Recorded[] = [];
  subscriber: Subscriber;
  #texts = 0;

  constructor(private readonly from: string | null = NUMBER) {
    this.subscriber = new Subscriber(handlers);
  }

  get id(): string {
    return subscriberId(key, '26161', { deviceAddress: '1447ß7665544', deviceE164: this.from });
  }

  get state() {
    return this.subscriber.state;
  }

  text(text: string, given: Texted = {}): AnyEvent[] {
    const n = ++this.#texts;
    const { organization = 'acme', messageOrig = text, repeats = [], at = AT, again } = given;
    const position = given.position ?? BigInt(n * 10);
    const message: RoutableMessage = {
      ledgerId: again?.ledgerId ?? String(n).padStart(32, '0'),
      ...{
        organization,
        code: '26161',
        deviceAddress: given.address ?? this.from?.slice(1) ?? '1447ß7665544',
        deviceE164: this.from,
      },
      ...{ carrier: 'cingular', channel: 'sms', messageId: given.id ?? null, receivedAt: at },
      ...{ message: text, messageOrig, repeats },
    };
    const state = given.code === undefined ? standard : given.code;
    const handling: Handling = {
      ...{ position, rerouted: again !== undefined, applyConsent: again?.applyConsent ?? true },
      codeRevision: 1n,
      match: matchProgram(state, { organization, message: text, messageOrig, repeats, at }),
    };
    return this.decide((subscriber) => subscriber.route(this.id, message, handling));
  }

  decide(decide: (subscriber: Subscriber) => void): AnyEvent[] {
    decide(this.subscriber);
    const events = [...this.subscriber.getUncommittedEvents()];
    for (const event of events) this.history.push(this.#recorded(event));
    const last = this.history.at(-1);
    if (last) this.subscriber.recorded(last.revision, last.position);
    return events;
  }

  #recorded(event: AnyEvent): Recorded {
    const metadata = { $correlationId: '', $causationId: '', recordedBy: '', schemaVersion: 1 };
    const n = BigInt(this.history.length);
    const { type, data } = JSON.parse(JSON.stringify(event)) as AnyEvent;
    return { type, data, id: String(n), stream: 's', revision: n, position: n * 3n, created: new Date(0), metadata };
  }
}

export const types = (events: readonly AnyEvent[]): string[] => events.map(({ type }) => type);
export const dataOf = (events: readonly AnyEvent[], type: string) =>
  events.find((event) => event.type === type)?.data as Record<string, unknown> | undefined;
