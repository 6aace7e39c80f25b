import type { LedgerId, LedgerKey } from '@mo-ledger/event-sourcing';
import { contentOf } from './content.js';
import type { MessagePost, StatusPost } from './post.js';

/**
 * Our id of a message, within its organization: kind, the gateway's id, part, sender and code (GATEWAY.md, Identity and duplicates).
 *
 * @param generation counts the messages of the same content where the gateway gave no id: such a text may well be sent again
 */
export function messageIdentity(key: LedgerKey, organization: string, post: MessagePost, generation = 0): LedgerId {
  const { kind, messageId, messageSubid, deviceAddress, code } = post;
  if (messageId === null) return key.id('message-without-id', organization, kind, contentOf(post), generation);
  return key.id('message', organization, kind, messageId, messageSubid, deviceAddress, code);
}

/** Our id of a status notification; a message has several. */
export function statusIdentity(key: LedgerKey, organization: string, { fields }: StatusPost): LedgerId {
  const parts = STATUS_IDENTITY.map((name) => fields[name] || null);
  return key.id('status', organization, ...parts);
}
const STATUS_IDENTITY = [
  ...['message_id', 'message_subid', 'client_message_id', 'smscid', 'status_code', 'device_address'],
] as (keyof StatusPost['fields'])[];

/** Our id of a quarantined post: its bytes. */
export function quarantineIdentity(key: LedgerKey, organization: string, rawBase64: string): LedgerId {
  return key.id('quarantine', organization, rawBase64);
}
