import type { LedgerId, LedgerKey } from '@mo-ledger/event-sourcing';

/** A sender as a message names it: as it was written, and as a number where it is a good one. */
export interface Device {
  readonly deviceAddress: string;
  readonly deviceE164: string | null;
}

/**
 * Our id of one device on one code. A number is the same subscriber however it was written; a malformed sender is whoever is written
 * exactly so, and never a number's owner, whatever it looks like (GATEWAY.md, The sample's phone number).
 */
export const subscriberId = (key: LedgerKey, code: string, { deviceAddress, deviceE164 }: Device): LedgerId =>
  deviceE164 === null
    ? key.id('subscriber', code, 'written', deviceAddress)
    : key.id('subscriber', code, 'number', deviceE164);

export const subscriberStream = (id: string): string => `subscriber-${id}`;

/** The subscriber that a review belongs to: the first part of `<subscriber id>.<ledger id>.<kind>`. Null for what is no review's id. */
export function subscriberOfReview(reviewId: string): string | null {
  return /^([0-9a-f]{32})\.[0-9a-f]{32}\.[A-Z_]+$/.exec(reviewId)?.[1] ?? null;
}
