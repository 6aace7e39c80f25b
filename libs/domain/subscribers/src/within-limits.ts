import type { Match } from '@mo-ledger/codes';
import type { RoutableMessage } from './message.js';

/** More than any SMS can hold; what is longer is kept whole with its message, and only its beginning is repeated as evidence. */
const LONGEST_TEXT = 8_000;
const LONGEST_FIELD = 1_000;

/**
 * What is repeated of a message in the events that it leads to. A post may have 64 KiB of characters that JSON writes as six, and a
 * store refuses an append of more than 1 MiB: no message may be such that it can never be routed.
 */
export function withinLimits(message: RoutableMessage): RoutableMessage {
  const { deviceAddress, carrier, channel, messageId } = message;
  return {
    ...message,
    deviceAddress: clip(deviceAddress, LONGEST_FIELD),
    carrier: carrier === null ? null : clip(carrier, LONGEST_FIELD),
    channel: channel === null ? null : clip(channel, LONGEST_FIELD),
    messageId: messageId === null ? null : clip(messageId, LONGEST_FIELD),
  };
}

export function matchWithinLimits(match: Match): Match {
  const { text, args, mention, optOut } = match;
  return {
    ...match,
    ...{ text: clipText(text), args: clipArgs(args), mention: mention === null ? null : clipText(mention) },
    optOut: optOut && {
      ...{ confidence: optOut.confidence, text: clipText(optOut.text) },
      conflicting: optOut.conflicting === null ? null : clipText(optOut.conflicting),
    },
  };
}

function clipArgs(args: readonly string[]): readonly string[] {
  let left = LONGEST_TEXT;
  const kept: string[] = [];
  for (const arg of args) {
    if (left <= 0) break;
    kept.push(clip(arg, left));
    // Even an empty one takes its place.
    left -= arg.length + 1;
  }
  return kept;
}

const clip = (text: string, most: number): string => (text.length > most ? text.slice(0, most) : text);
const clipText = (text: string): string => clip(text, LONGEST_TEXT);
