import { Event } from '@mo-ledger/event-sourcing';

export type RoutingOutcome = 'MATCHED' | 'RESERVED' | 'UNMATCHED' | 'UNPROVISIONED' | 'NOT_ROUTED' | 'FAILED';
export type ReservedWord = 'STOP' | 'START' | 'HELP';
export type RoutingAnomaly =
  'INBOUND_ADDRESS_UNPROVISIONED' | 'UNEXPECTED_KEYWORD_ON_SHARED_CODE' | 'OUT_OF_ORDER_CONSENT';

/**
 * A message was routed: the decision with everything that explains it. One of these is the first event of each routed message's
 * append to its subscriber's stream; consent, enrolment and handler events of the same message follow it.
 */
interface Routed {
  readonly ledgerId: string;
  /** The position of the event that was handled: the message's recording, or the request to route it again. */
  readonly handledPosition: string;
  readonly rerouted: boolean;
  readonly organization: string;
  readonly code: string;
  readonly deviceAddress: string;
  readonly deviceE164: string | null;
  readonly carrier: string | null;
  readonly channel: string | null;
  readonly messageId: string | null;
  /** When the message was received, ISO 8601 UTC. */
  readonly receivedAt: string;
  /** What the code's stream looked like: its revision, or null where nobody provisioned the code. */
  readonly codeRevision: string | null;
  readonly program: string | null;
  readonly keyword: string | null;
  readonly match: 'FIRST' | 'ONLY' | 'CATCH_ALL' | null;
  readonly args: readonly string[];
  readonly reserved: ReservedWord | null;
  readonly handler: string | null;
  readonly error: string | null;
  readonly anomalies: readonly RoutingAnomaly[];
  /** Why, where the outcome alone does not say: `PAUSED`, `ENDED`, `SCHEDULED`, `MALFORMED_SENDER`, `NOT_OURS`. */
  readonly reason: string | null;
}

const PERSONAL = ['deviceAddress', 'deviceE164', 'text', 'args', 'error'];

/** A program took the message. */
export class KeywordMatched extends Event('KeywordMatched', PERSONAL)<Routed & { readonly outcome: 'MATCHED' }> {}
export class ReservedWordMatched extends Event('ReservedWordMatched', PERSONAL)<
  Routed & { readonly outcome: 'RESERVED' }
> {}
export class MessageUnmatched extends Event('MessageUnmatched', PERSONAL)<Routed & { readonly outcome: 'UNMATCHED' }> {}
/** Nobody provisioned the code for this organization. */
export class MessageUnprovisioned extends Event('MessageUnprovisioned', PERSONAL)<
  Routed & { readonly outcome: 'UNPROVISIONED' }
> {}
/** It matched a program that is paused, ended or not begun. */
export class MessageNotRouted extends Event('MessageNotRouted', PERSONAL)<
  Routed & { readonly outcome: 'NOT_ROUTED' }
> {}
/** The program's handler threw; `error` says what. It can be rerouted. */
export class HandlerFailed extends Event('HandlerFailed', PERSONAL)<Routed & { readonly outcome: 'FAILED' }> {}

/** Who and what a change of consent is about, with its evidence (GATEWAY.md, Consent). */
interface ConsentEvidence {
  readonly ledgerId: string;
  readonly messageId: string | null;
  readonly code: string;
  readonly deviceAddress: string;
  readonly deviceE164: string | null;
  /** The text that says so. */
  readonly text: string;
  /** When that message was received, or the operator decided; ISO 8601 UTC. */
  readonly at: string;
}

/** Opted out of every program on the code; `programs` are those that it ended. */
export class OptedOut extends Event('OptedOut', PERSONAL)<
  ConsentEvidence & {
    /** Null where an operator decided it. */
    readonly confidence: 'EXACT' | 'LEADING' | null;
    readonly programs: readonly string[];
    /** Decided by an operator: the review. */
    readonly reviewId: string | null;
  }
> {}

/** Opted in, by START or by joining `program`. */
export class OptedIn extends Event('OptedIn', PERSONAL)<ConsentEvidence & { readonly program: string | null }> {}

/** Became a participant of the program. */
export class ProgramJoined extends Event('ProgramJoined', PERSONAL)<
  ConsentEvidence & { readonly program: string; readonly carrier: string | null }
> {}

export type ReviewKind = 'OPT_OUT_CANDIDATE' | 'MALFORMED_SENDER' | 'CONFLICTING_FIELDS';

export class ReviewOpened extends Event('ReviewOpened', PERSONAL)<{
  /** `<subscriber id>.<ledger id>.<kind>`: leads to the subscriber's stream without a read model. */
  readonly reviewId: string;
  readonly kind: ReviewKind;
  readonly ledgerId: string;
  readonly organization: string;
  readonly code: string;
  readonly deviceAddress: string;
  readonly text: string;
  readonly createdAt: string;
  /** ISO 8601 UTC: ten business days on for OPT_OUT_CANDIDATE, else null. */
  readonly dueAt: string | null;
}> {}

export class ReviewResolved extends Event('ReviewResolved', ['deviceE164', 'note'])<{
  readonly reviewId: string;
  readonly ledgerId: string;
  readonly code: string;
  readonly decision: 'OPT_OUT' | 'DISMISS';
  /** The number that was opted out, where the sender was malformed. */
  readonly deviceE164: string | null;
  readonly note: string | null;
  readonly at: string;
}> {}

export const ROUTING_EVENTS = [
  KeywordMatched,
  ReservedWordMatched,
  MessageUnmatched,
  MessageUnprovisioned,
  MessageNotRouted,
  HandlerFailed,
] as const;
export type RoutingEvent = InstanceType<(typeof ROUTING_EVENTS)[number]>;
export type ConsentEvent = OptedOut | OptedIn | ProgramJoined | ReviewOpened | ReviewResolved;
