import {
  CodeProvisioned,
  ProgramProvisioned,
  type CodeEvent,
  type CodeSettings,
  type ProgramSettings,
} from '@mo-ledger/codes';
import { type AnyEvent, type Appended, type EventLog, type LedgerKey, type Recorded } from '@mo-ledger/event-sourcing';
import { DOCUMENTED_FIELDS, MessageRecorded, MessageRerouteRequested, type Fields } from '@mo-ledger/messages';

const AT = '2026-11-23T12:00:00.000Z';

/** What a spec says of a message; the rest is made up. */
export interface Text {
  readonly from?: string | null;
  readonly address?: string;
  readonly code?: string;
  readonly organization?: string;
  readonly id?: string | null;
  readonly messageOrig?: string;
  readonly repeats?: readonly string[];
  readonly at?: string;
}

/** Writes to a log what receiver and admin API would, for specs of what follows. */
export class LedgerOfMessages {
  #count = 0;
  readonly #revisions = new Map<string, bigint>();

  constructor(
    private readonly log: Pick<EventLog, 'append'>,
    private readonly key: LedgerKey,
    /** Keeps the ids of two of them apart. */
    private readonly prefix = '',
  ) {}

  code(code: string, settings: Partial<CodeSettings> = {}): Promise<Appended> {
    const defaults = { type: 'SHORT', sharing: 'DEDICATED', forwarding: 'ALL', organization: 'acme' } as const;
    const data = { code, at: AT, ...defaults, forwardsOptOut: false, optOutWords: [], ...settings };
    return this.codeEvents(code, new CodeProvisioned(data));
  }

  program(code: string, program: string, handler: string, keywords: string[], more: Partial<ProgramSettings> = {}) {
    return this.codeEvents(code, programProvisioned(code, program, handler, keywords, more));
  }

  codeEvents(code: string, ...events: readonly CodeEvent[]): Promise<Appended> {
    return this.#append(`code-${code}`, events);
  }

  /** A message as the receiver records it; answers its ledger id with the append. */
  async text(text: string, given: Text = {}): Promise<Appended & { readonly ledgerId: string }> {
    const ledgerId = this.key.id('spec', this.prefix, ++this.#count);
    const event = messageRecorded(ledgerId, text, given);
    return { ledgerId, ...(await this.#append(`message-${ledgerId}`, [event])) };
  }

  reroute(ledgerId: string, applyConsent = false, requestedAt = AT): Promise<Appended> {
    return this.#append(`message-${ledgerId}`, [new MessageRerouteRequested({ ledgerId, applyConsent, requestedAt })]);
  }

  async #append(stream: string, events: readonly AnyEvent[]): Promise<Appended> {
    const metadata = { $correlationId: stream, $causationId: stream, recordedBy: 'spec', schemaVersion: 1 };
    const expected = this.#revisions.get(stream) ?? 'no_stream';
    const next = events.map((event, index) => {
      return { id: this.key.uuid('spec', this.prefix, stream, String(expected), index), event, metadata };
    });
    // A busy machine is waited for.
    const appended = await this.log.append(stream, next, expected, { timeoutMs: 60_000 });
    this.#revisions.set(stream, appended.revision);
    return appended;
  }
}

export const programProvisioned = (
  code: string,
  program: string,
  handler: string,
  keywords: string[],
  more: Partial<ProgramSettings> = {},
): ProgramProvisioned =>
  new ProgramProvisioned({
    ...{ code, at: AT, program, organization: 'acme', name: program, handler, keywords, match: 'FIRST' },
    ...{ catchAll: false, startsAt: null, endsAt: null, settings: {}, ...more },
  });

export function messageRecorded(ledgerId: string, text: string, given: Text): MessageRecorded {
  const { from = '+14045554900', code = '26161', organization = 'acme', id = null, at = AT, repeats = [] } = given;
  const deviceAddress = given.address ?? from?.slice(1) ?? '1447ß7665544';
  const fields = Object.fromEntries(DOCUMENTED_FIELDS.map((name) => [name, null])) as Fields;
  return new MessageRecorded({
    ...{ ledgerId, organization, gateway: 'kaleyra', kind: 'MO', code, deviceAddress, deviceE164: from },
    ...{
      deviceE164Candidate: null,
      messageId: id,
      messageSubid: null,
      anomalies: [],
      attachments: [],
      decoding: 'utf-8',
    },
    fields: { ...fields, message: text, message_orig: given.messageOrig ?? text, carrier: 'cingular', channel: 'sms' },
    extra: repeats.map((value) => ({ name: 'message', value })),
    attempt: {
      ...{ attemptId: ledgerId, receivedAt: at, source: '208.71.240.10', durationMs: 1 },
      raw: { base64: '', contentType: null },
    },
  });
}

/** Resolves with what follows the append in a log, once a condition holds; a spec never sleeps. */
export async function until<T>(condition: () => T | null | undefined | false): Promise<T> {
  for (;;) {
    const value = condition();
    if (value) return value;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What a message's routing was: type and what follows it in its append. */
export function routingOf(events: readonly Recorded[], ledgerId: string) {
  return events
    .filter((event) => event.stream.startsWith('subscriber-') && event.metadata.$correlationId === ledgerId)
    .map(({ type, data }) => ({ type, data }) as { type: string; data: Record<string, unknown> });
}
