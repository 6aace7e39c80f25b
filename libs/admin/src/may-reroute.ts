import type { EventLog, LedgerKey } from '@mo-ledger/event-sourcing';
import type { MessageRecorded, RerouteCheck } from '@mo-ledger/messages';
import { ROUTING_EVENTS, subscriberId, subscriberStream, type RoutingEvent } from '@mo-ledger/subscribers';
import { CommandRefused } from './refusals.js';

const ROUTING_TYPES: ReadonlySet<string> = new Set(ROUTING_EVENTS.map(({ type }) => type));

/**
 * Whether a message may be routed once more (API.md): not where a program or a reserved word took it, and not before it was routed
 * at all. A request that the router has not reached yet is left as it is, or the program's handler would be asked twice.
 * It reads the log itself, not a read model: the message's stream, which names its sender, and the sender's stream from its end.
 */
export function rerouteCheck(log: EventLog, ledgerKey: LedgerKey): RerouteCheck {
  return async (ledgerId) => {
    const { recorded, requested } = await readMessage(log, ledgerId);
    if (!recorded) return null;
    const stream = subscriberStream(subscriberId(ledgerKey, recorded.data.code, recorded.data));
    const routing = await lastRouting(log, stream, ledgerId, recorded.position);
    if (!routing) throw new CommandRefused('NOT_ROUTED_YET', `message ${ledgerId} is not routed yet`);
    if (requested !== null && BigInt(routing.handledPosition) < requested) return requested;
    const { outcome, program, reserved } = routing;
    if (outcome === 'MATCHED' || outcome === 'RESERVED')
      throw new CommandRefused('ALREADY_ROUTED', `message ${ledgerId} was taken by ${program ?? reserved}`);
    return null;
  };
}

interface MessageStream {
  readonly recorded: { readonly data: MessageRecorded['data']; readonly position: bigint } | null;
  /** The position of the last request to route it again. */
  readonly requested: bigint | null;
}

async function readMessage(log: EventLog, ledgerId: string): Promise<MessageStream> {
  let found: MessageStream = { recorded: null, requested: null };
  for await (const { type, data, position } of log.readStream(`message-${ledgerId}`)) {
    if (type === 'MessageRecorded') found = { ...found, recorded: { data: data as MessageRecorded['data'], position } };
    if (type === 'MessageRerouteRequested') found = { ...found, requested: position };
  }
  return found;
}

/** How the message was routed last, or null; its sender's events before `after` are of other messages. */
async function lastRouting(log: EventLog, stream: string, ledgerId: string, after: bigint) {
  for await (const event of log.readStream(stream, { from: 'end', direction: 'backwards' })) {
    if (event.position < after) return null;
    const routing = event.data as RoutingEvent['data'];
    if (ROUTING_TYPES.has(event.type) && routing.ledgerId === ledgerId) return routing;
  }
  return null;
}
