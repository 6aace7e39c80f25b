import { codeRepository, matchProgram } from '@mo-ledger/codes';
import type { InMemoryEventLog, LedgerId, LedgerKey } from '@mo-ledger/event-sourcing';
import { kaleyra } from '@mo-ledger/kaleyra';
import type { HandlerRegistry } from '@mo-ledger/keyword-handlers';
import { PostRecorder, type MessageRecorded, type MessageRerouteRequested } from '@mo-ledger/messages';
import { subscriberId, subscriberRepository, toRoutable } from '@mo-ledger/subscribers';

/** Receiving and routing, one post at a time, by the domain's own code. */
export function inbound(log: InMemoryEventLog, ledgerKey: LedgerKey, handlers: HandlerRegistry) {
  const recorder = new PostRecorder(log, ledgerKey, { recordedBy: 'receiver', clock: () => 0 });
  const subscribers = subscriberRepository(log, handlers);
  let posts = 0;

  /** Records a post as it would come from the gateway. */
  const post = async (fields: Record<string, string>): Promise<LedgerId> => {
    const raw = Buffer.from(new URLSearchParams(fields).toString());
    const contentType = 'application/x-www-form-urlencoded';
    const attempt = {
      ...{ attemptId: `attempt-${++posts}`, receivedAt: '2026-01-01T12:00:00.000Z', source: '208.71.240.10' },
      ...{ durationMs: 1, raw: { base64: raw.toString('base64'), contentType } },
    };
    const read = kaleyra.read(raw, contentType);
    const recorded = await recorder.record({ organization: 'acme', gateway: kaleyra.name, post: read, attempt });
    return recorded.ledgerId;
  };

  /** Does what the keyword router does with the last event of a message's stream. */
  const route = async (ledgerId: LedgerId): Promise<void> => {
    const stream = log.events.filter((event) => event.stream === `message-${ledgerId}`);
    const [first, last] = [stream[0], stream.at(-1)];
    if (!first || !last) throw new Error('there is no such message');
    const message = toRoutable(first.data as MessageRecorded['data']);
    const code = await codeRepository(log).load(message.code);
    const rerouted = last.type === 'MessageRerouteRequested';
    const handling = {
      position: last.position,
      rerouted,
      applyConsent: !rerouted || (last.data as MessageRerouteRequested['data']).applyConsent,
      codeRevision: code.revision,
      match: matchProgram(code.state, { ...message, at: message.receivedAt }),
    };
    const id = subscriberId(ledgerKey, message.code, message);
    await subscribers.execute(id, (subscriber) => subscriber.route(id, message, handling), {
      eventId: (index) => ledgerKey.uuid('routed', last.id, index),
      metadata: { $correlationId: ledgerId, $causationId: last.id, recordedBy: 'keyword-router', schemaVersion: 1 },
    });
  };
  return { post, route };
}
