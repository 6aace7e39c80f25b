import type { Match } from '@mo-ledger/codes';
import type { MessageRecorded } from '@mo-ledger/messages';

/** What routing needs of a message. */
export interface RoutableMessage {
  readonly ledgerId: string;
  readonly organization: string;
  readonly code: string;
  readonly deviceAddress: string;
  readonly deviceE164: string | null;
  readonly carrier: string | null;
  readonly channel: string | null;
  readonly messageId: string | null;
  /** ISO 8601 UTC. */
  readonly receivedAt: string;
  readonly message: string | null;
  readonly messageOrig: string | null;
  /** Repeats of the two. */
  readonly repeats: readonly string[];
}

/** How a message comes to be routed, and what it means there. */
export interface Handling {
  /** Of the event that is handled: the message's recording, or the request to route it again. */
  readonly position: bigint;
  readonly rerouted: boolean;
  /** False where a reroute may neither lift an opt-out nor let anybody join. */
  readonly applyConsent: boolean;
  /** The code's revision, or null where nobody provisioned it. */
  readonly codeRevision: bigint | null;
  readonly match: Match;
}

/** A recorded message, as far as routing is concerned. */
export function toRoutable(recorded: MessageRecorded['data']): RoutableMessage {
  const { ledgerId, organization, code, deviceAddress, deviceE164, messageId, fields, extra, attempt } = recorded;
  return {
    ...{ ledgerId, organization, code, deviceAddress, deviceE164, messageId },
    carrier: fields.carrier,
    channel: fields.channel,
    receivedAt: attempt.receivedAt,
    message: fields.message,
    messageOrig: fields.message_orig,
    repeats: extra.filter(({ name }) => name === 'message' || name === 'message_orig').map(({ value }) => value),
  };
}
