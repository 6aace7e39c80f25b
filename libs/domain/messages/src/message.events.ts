import { Event } from '@mo-ledger/event-sourcing';
import type { DeliveryAttempt, MessagePost, QuarantinedPost, QuarantineReason, StatusPost } from './post.js';

/** Whose post it is, by which gateway's rules it was read, and our id of what it is about. */
export interface Context {
  /** Our id of the message, status notification or quarantined post. */
  readonly ledgerId: string;
  readonly organization: string;
  readonly gateway: string;
}

const PERSONAL = ['deviceAddress', 'deviceE164', 'deviceE164Candidate', 'fields', 'attachments', 'extra', 'raw'];

/** An MO (or MMS MO) was recorded for the first time. */
export class MessageRecorded extends Event('MessageRecorded', PERSONAL)<
  Context & MessagePost & { readonly attempt: DeliveryAttempt }
> {}

/** What the audit trail shows of a repeat without looking at the first delivery. */
export interface Repeat extends Context {
  readonly carrier: string | null;
  readonly channel: string | null;
  readonly router: string | null;
  readonly code: string | null;
  readonly deviceAddress: string | null;
  readonly deviceE164: string | null;
  readonly messageId: string | null;
  readonly attempt: DeliveryAttempt;
}

/** The same message with the same content came again: another attempt. */
export class MessageRedelivered extends Event('MessageRedelivered', [...PERSONAL])<
  Repeat & { readonly kind: 'MO' | 'MMS_MO' }
> {}

/** The same identity with other content: the first wins, this one is kept. */
export class ConflictingDuplicateRecorded extends Event('ConflictingDuplicateRecorded', PERSONAL)<
  Context & MessagePost & { readonly attempt: DeliveryAttempt }
> {}

/** An operator asked for a message to be routed once more, with what is provisioned at this point of the log. */
export class MessageRerouteRequested extends Event('MessageRerouteRequested')<{
  readonly ledgerId: string;
  readonly applyConsent: boolean;
  readonly requestedAt: string;
}> {}

export class StatusNotificationRecorded extends Event('StatusNotificationRecorded', PERSONAL)<
  Context & StatusPost & { readonly attempt: DeliveryAttempt }
> {}

/** The same status came again: another attempt. */
export class StatusNotificationRedelivered extends Event('StatusNotificationRedelivered', PERSONAL)<
  Repeat & { readonly kind: 'STATUS' }
> {}

/** A post that is neither a message nor a status notification, or lacks what it needs: kept as it came. */
export class PostQuarantined extends Event('PostQuarantined', PERSONAL)<
  Context & QuarantinedPost & { readonly attempt: DeliveryAttempt }
> {}

/** The same bytes came again: another attempt. */
export class QuarantinedPostRedelivered extends Event('QuarantinedPostRedelivered', PERSONAL)<
  Repeat & { readonly kind: 'QUARANTINED' }
> {}

/** A quarantined post was read again with today's rules: what it was taken for, or the reason why it stays. */
export class QuarantinedPostReprocessed extends Event('QuarantinedPostReprocessed')<{
  readonly ledgerId: string;
  readonly reprocessedAt: string;
  /** The message or status notification that it became; null where it stays in quarantine. */
  readonly becameLedgerId: string | null;
  readonly becameKind: 'MO' | 'MMS_MO' | 'STATUS' | null;
  readonly reason: QuarantineReason | null;
}> {}

/** Totals of posts that were refused since the last of these events; no single refusal is an event (GATEWAY.md, The audit trail). */
export class PostsRefused extends Event('PostsRefused')<{
  readonly from: string;
  readonly to: string;
  readonly refusals: readonly { readonly reason: RefusalReason; readonly source: string; readonly count: number }[];
}> {}

/** API.md, Words that are fixed. */
export type RefusalReason = 'source' | 'organization' | 'key' | 'too_large' | 'too_slow' | 'not_durable';

export type MessageEvent =
  MessageRecorded | MessageRedelivered | ConflictingDuplicateRecorded | MessageRerouteRequested;
