import type { Match } from '@mo-ledger/codes';
import type { AnyEvent } from '@mo-ledger/event-sourcing';
import type { HandlerRegistry } from '@mo-ledger/keyword-handlers';
import { askHandler } from './ask-handler.js';
import { addBusinessDays } from './business-days.js';
import type { Handling, RoutableMessage } from './message.js';
import {
  HandlerFailed,
  KeywordMatched,
  MessageNotRouted,
  MessageUnmatched,
  MessageUnprovisioned,
  OptedIn,
  OptedOut,
  ProgramJoined,
  ReservedWordMatched,
  ReviewOpened,
  type ReviewKind,
  type RoutingAnomaly,
  type RoutingEvent,
} from './subscriber.events.js';
import { decimal, isLower, type SubscriberState } from './subscriber.state.js';
import { matchWithinLimits, withinLimits } from './within-limits.js';

const REVIEW_BUSINESS_DAYS = 10;

/** What follows a routing event in the same append, and what it says itself. */
interface Consequences {
  readonly events: readonly AnyEvent[];
  readonly reviews: readonly { readonly kind: ReviewKind; readonly text: string }[];
  readonly outOfOrder: boolean;
  readonly reason: string | null;
  readonly error: string | null;
}

const NONE: Consequences = { events: [], reviews: [], outOfOrder: false, reason: null, error: null };

/**
 * Decides what a message does to its subscriber (GATEWAY.md, Consent): the routing event first, then changes of consent, enrolments,
 * the keyword handler's own events, and reviews. Pure; `id` is the subscriber's.
 */
export function routeMessage(
  registry: HandlerRegistry,
  state: SubscriberState,
  id: string,
  routable: RoutableMessage,
  given: Handling,
): readonly AnyEvent[] {
  const message = withinLimits(routable);
  const handling = { ...given, match: matchWithinLimits(given.match) };
  const { match } = handling;
  const consequences = consequencesOf(registry, state, message, handling, given.match);
  const mention = match.mention === null ? [] : [{ kind: 'OPT_OUT_CANDIDATE' as const, text: match.mention }];
  const reviews = [...consequences.reviews, ...mention].map((review) => opened(id, message, review));
  return [
    routingEvent(message, handling, consequences),
    ...consequences.events,
    // A message that is routed again opens no review twice.
    ...reviews.filter(({ data }) => !state.reviews.has(data.reviewId)),
  ];
}

function consequencesOf(
  registry: HandlerRegistry,
  state: SubscriberState,
  message: RoutableMessage,
  handling: Handling,
  whole: Match,
): Consequences {
  const { match } = handling;
  if (match.optOut) return optOut(state, message, match.optOut);
  if (match.outcome === 'RESERVED' && match.reserved === 'START') return start(state, message, handling);
  if (match.outcome === 'MATCHED') return matched(registry, state, message, handling, whole);
  return NONE;
}

/** STOP always applies, whoever wrote it and whenever it arrives. */
function optOut(state: SubscriberState, message: RoutableMessage, found: NonNullable<Match['optOut']>): Consequences {
  const { text, confidence, conflicting } = found;
  const programs = [...state.joined];
  const optedOut = new OptedOut({ ...evidence(message, text), confidence, programs, reviewId: null });
  return {
    ...NONE,
    events: state.consent === 'OPTED_OUT' ? [] : [optedOut],
    outOfOrder: state.consent === 'OPTED_IN' && isLower(decimal(message.messageId), state.inForce),
    reviews: [
      ...(conflicting === null ? [] : [{ kind: 'CONFLICTING_FIELDS' as const, text: conflicting }]),
      ...(isMalformed(message) ? [{ kind: 'MALFORMED_SENDER' as const, text }] : []),
    ],
  };
}

/** START lifts the opt-out and rejoins nothing; it counts only for an organization with a program on the code. */
function start(state: SubscriberState, message: RoutableMessage, { match, applyConsent }: Handling): Consequences {
  if (!match.hasPrograms) return NONE;
  if (isStale(state, message)) return { ...NONE, outOfOrder: true };
  if (isMalformed(message)) return malformed(match.text);
  if (!applyConsent || state.consent === 'OPTED_IN') return NONE;
  return { ...NONE, events: [new OptedIn({ ...evidence(message, match.text), program: null })] };
}

function matched(
  registry: HandlerRegistry,
  state: SubscriberState,
  message: RoutableMessage,
  handling: Handling,
  whole: Match,
): Consequences {
  const { provisioned, text } = handling.match;
  if (!provisioned) return NONE;
  const handler = registry.get(provisioned.handler);
  if (handler && isMalformed(message)) {
    const changesSomething = handler.enrols || handler.events.length > 0;
    return changesSomething ? malformed(text) : { ...NONE, reason: 'MALFORMED_SENDER' };
  }
  const answer = askHandler(registry, state, message, whole, provisioned);
  if ('error' in answer) return { ...NONE, error: answer.error };
  const outOfOrder = answer.enrols && isStale(state, message);
  const joins = answer.enrols && !outOfOrder && handling.applyConsent;
  const joining = joins ? join(state, message, text, provisioned.id) : [];
  return { ...NONE, events: [...joining, ...answer.events], outOfOrder };
}

function join(state: SubscriberState, message: RoutableMessage, text: string, program: string): AnyEvent[] {
  const of = { ...evidence(message, text), program };
  return [
    ...(state.consent === 'OPTED_IN' ? [] : [new OptedIn(of)]),
    ...(state.joined.has(program) ? [] : [new ProgramJoined({ ...of, carrier: message.carrier })]),
  ];
}

/** A START or JOIN that was sent before the highest STOP seen, and only arrives now. */
const isStale = (state: SubscriberState, message: RoutableMessage): boolean =>
  isLower(decimal(message.messageId), state.highestStop);

const isMalformed = (message: RoutableMessage): boolean => message.deviceE164 === null;

const malformed = (text: string): Consequences => ({
  ...NONE,
  reason: 'MALFORMED_SENDER',
  reviews: [{ kind: 'MALFORMED_SENDER', text }],
});

function evidence({ ledgerId, messageId, code, deviceAddress, deviceE164, receivedAt }: RoutableMessage, text: string) {
  return { ledgerId, messageId, code, deviceAddress, deviceE164, text, at: receivedAt };
}

function opened(
  id: string,
  { ledgerId, organization, code, deviceAddress, receivedAt }: RoutableMessage,
  { kind, text }: Consequences['reviews'][number],
): ReviewOpened {
  return new ReviewOpened({
    ...{ reviewId: `${id}.${ledgerId}.${kind}`, kind, ledgerId, organization, code, deviceAddress, text },
    createdAt: receivedAt,
    dueAt: kind === 'OPT_OUT_CANDIDATE' ? addBusinessDays(receivedAt, REVIEW_BUSINESS_DAYS) : null,
  });
}

function routingEvent(message: RoutableMessage, handling: Handling, consequences: Consequences): RoutingEvent {
  const { match, position, rerouted, codeRevision } = handling;
  const { ledgerId, organization, code, deviceAddress, deviceE164, carrier, channel, messageId, receivedAt } = message;
  const anomalies: RoutingAnomaly[] = [
    ...match.anomalies,
    ...(consequences.outOfOrder ? (['OUT_OF_ORDER_CONSENT'] as const) : []),
  ];
  const routed = {
    ...{ ledgerId, handledPosition: String(position), rerouted, organization, code, deviceAddress, deviceE164 },
    ...{ carrier, channel, messageId, receivedAt, codeRevision: codeRevision === null ? null : String(codeRevision) },
    ...{
      program: match.program,
      keyword: match.keyword,
      match: match.match,
      args: match.args,
      reserved: match.reserved,
    },
    ...{ handler: match.provisioned?.handler ?? null, error: consequences.error, anomalies },
    reason: consequences.reason ?? match.reason,
  };
  if (consequences.error !== null) return new HandlerFailed({ ...routed, outcome: 'FAILED' });
  switch (match.outcome) {
    case 'MATCHED':
      return new KeywordMatched({ ...routed, outcome: match.outcome });
    case 'RESERVED':
      return new ReservedWordMatched({ ...routed, outcome: match.outcome });
    case 'UNMATCHED':
      return new MessageUnmatched({ ...routed, outcome: match.outcome });
    case 'UNPROVISIONED':
      return new MessageUnprovisioned({ ...routed, outcome: match.outcome });
    case 'NOT_ROUTED':
      return new MessageNotRouted({ ...routed, outcome: match.outcome });
  }
}

/** What a message becomes where even deciding about it failed: kept, listed, and free to be routed again. */
export const failed = (message: RoutableMessage, handling: Handling, error: string): RoutingEvent =>
  routingEvent(withinLimits(message), { ...handling, match: matchWithinLimits(handling.match) }, { ...NONE, error });
