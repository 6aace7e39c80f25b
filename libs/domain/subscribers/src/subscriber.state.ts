import type { AnyEvent, Evolve } from '@mo-ledger/event-sourcing';
import type { AnyKeywordHandler, HandlerRegistry } from '@mo-ledger/keyword-handlers';
import { Map, Set } from 'immutable';
import type { ConsentEvent, ReviewKind, ReviewResolved, RoutingEvent } from './subscriber.events.js';

export interface Review {
  readonly kind: ReviewKind;
  readonly ledgerId: string;
  readonly messageId: string | null;
  readonly organization: string;
  readonly code: string;
  readonly deviceAddress: string;
  readonly deviceE164: string | null;
  readonly text: string;
  readonly resolved: ReviewResolved['data'] | null;
}

/** What a keyword handler knows of the subscriber, or why it could not be told. */
export type HandlerState = { readonly value: unknown } | { readonly broken: string };

/** One device on one code: its consent, its programs, and what the handlers of those programs know of it. */
export interface SubscriberState {
  /** The position of the last message that was handled; whatever is not later has been handled. */
  readonly handled: bigint | null;
  readonly consent: 'NONE' | 'OPTED_IN' | 'OPTED_OUT';
  /** The highest decimal id of a STOP. */
  readonly highestStop: bigint | null;
  /** The highest decimal id of the START or JOIN that is in force. */
  readonly inForce: bigint | null;
  readonly joined: Set<string>;
  /** By program and handler: another handler of the same program begins anew. */
  readonly handlers: Map<string, HandlerState>;
  /** By review id; resolved ones too, so that no message opens one twice. */
  readonly reviews: Map<string, Review>;
  /** Of the message that was routed last: what follows its routing event belongs to it. */
  readonly last: Pick<RoutingEvent['data'], 'program' | 'handler' | 'messageId' | 'deviceE164'> | null;
}

export const initialSubscriber: SubscriberState = {
  handled: null,
  consent: 'NONE',
  highestStop: null,
  inForce: null,
  joined: Set(),
  handlers: Map(),
  reviews: Map(),
  last: null,
};

/** A subscriber's own events, and those of the keyword handlers, which are of any other type. */
export type SubscriberEvent = RoutingEvent | ConsentEvent | AnyEvent;

/** An id as a number, or null: ids are compared only where both are decimal numbers (GATEWAY.md, Consent). */
export const decimal = (id: string | null): bigint | null => (id !== null && /^\d+$/.test(id) ? BigInt(id) : null);

export const isLower = (id: bigint | null, than: bigint | null): boolean => id !== null && than !== null && id < than;

const higher = (a: bigint | null, b: bigint | null): bigint | null => (a === null ? b : isLower(a, b) ? b : a);

/** The fold of a subscriber's stream. It asks the handlers to fold their own events; one that fails stays by itself. */
export function evolveSubscriber(registry: HandlerRegistry): Evolve<SubscriberState, SubscriberEvent> {
  return (state, event) =>
    evolveOwn(registry, state, event as RoutingEvent | ConsentEvent) ?? evolveHandler(registry, state, event);
}

function evolveOwn(
  registry: HandlerRegistry,
  state: SubscriberState,
  event: RoutingEvent | ConsentEvent,
): SubscriberState | null {
  switch (event.type) {
    case 'KeywordMatched':
    case 'ReservedWordMatched':
    case 'MessageUnmatched':
    case 'MessageUnprovisioned':
    case 'MessageNotRouted':
    case 'HandlerFailed':
      return routed(registry, state, event.data);
    case 'OptedOut': {
      const highestStop = higher(state.highestStop, decimal(event.data.messageId));
      return { ...state, consent: 'OPTED_OUT', highestStop, inForce: null, joined: Set() };
    }
    case 'OptedIn': {
      const inForce = higher(state.inForce, decimal(event.data.messageId));
      return { ...state, consent: 'OPTED_IN', inForce };
    }
    case 'ProgramJoined': {
      const inForce = higher(state.inForce, decimal(event.data.messageId));
      return { ...state, joined: state.joined.add(event.data.program), inForce };
    }
    case 'ReviewOpened': {
      const { reviewId, kind, ledgerId, organization, code, deviceAddress, text } = event.data;
      const { messageId = null, deviceE164 = null } = state.last ?? {};
      const review = { kind, ledgerId, messageId, organization, code, deviceAddress, deviceE164, text, resolved: null };
      return { ...state, reviews: state.reviews.set(reviewId, review) };
    }
    case 'ReviewResolved': {
      const review = state.reviews.get(event.data.reviewId);
      if (!review) return state;
      return { ...state, reviews: state.reviews.set(event.data.reviewId, { ...review, resolved: event.data }) };
    }
    default:
      return null;
  }
}

function routed(registry: HandlerRegistry, state: SubscriberState, data: RoutingEvent['data']): SubscriberState {
  const id = decimal(data.messageId);
  const handled = higher(state.handled, BigInt(data.handledPosition));
  const highestStop = data.reserved === 'STOP' ? higher(state.highestStop, id) : state.highestStop;
  const inForce = renews(registry, state, data) ? higher(state.inForce, id) : state.inForce;
  const { program, handler, messageId, deviceE164 } = data;
  return { ...state, handled, highestStop, inForce, last: { program, handler, messageId, deviceE164 } };
}

/** Whether it is one more START or JOIN of somebody who is opted in by one already. */
function renews(registry: HandlerRegistry, state: SubscriberState, data: RoutingEvent['data']): boolean {
  const { outcome, reserved, reason, rerouted, program, handler, anomalies } = data;
  if (state.consent !== 'OPTED_IN' || rerouted || reason !== null || anomalies.length > 0) return false;
  if (outcome === 'RESERVED') return reserved === 'START';
  return (
    outcome === 'MATCHED' && program !== null && state.joined.has(program) && !!registry.get(handler ?? '')?.enrols
  );
}

const handlerKey = (program: string, handler: string): string => `${program}/${handler}`;

/** What the handler of a program knows of this subscriber. */
export const handlerStateOf = (state: SubscriberState, program: string, handler: AnyKeywordHandler): HandlerState =>
  state.handlers.get(handlerKey(program, handler.name)) ?? { value: handler.initialState() };

function evolveHandler(registry: HandlerRegistry, state: SubscriberState, event: AnyEvent): SubscriberState {
  const { program, handler: name } = state.last ?? {};
  const handler = name ? registry.get(name) : undefined;
  // The events of a handler that is not installed any more stay in the log, readable.
  if (!program || !handler) return state;
  const before = handlerStateOf(state, program, handler);
  const after = 'broken' in before ? before : evolveSafely(handler, before.value, event);
  return { ...state, handlers: state.handlers.set(handlerKey(program, handler.name), after) };
}

// A fold must not fail, and this one is not ours: its program fails, message by message, and nothing else.
function evolveSafely(handler: AnyKeywordHandler, value: unknown, event: AnyEvent): HandlerState {
  try {
    return { value: handler.evolve(value, event) };
  } catch (error) {
    return { broken: `the handler ${handler.name} could not fold its event ${event.type}: ${messageOf(error)}` };
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
