import { Aggregate, Repository, type EventLog } from '@mo-ledger/event-sourcing';
import type { HandlerRegistry } from '@mo-ledger/keyword-handlers';
import type { Recorded } from '@mo-ledger/event-sourcing';
import type { Handling, RoutableMessage } from './message.js';
import { failed, routeMessage } from './route-message.js';
import { OptedOut, ReviewResolved } from './subscriber.events.js';
import { SubscriberRefusal } from './subscriber.refusal.js';
import {
  evolveSubscriber,
  initialSubscriber,
  messageOf,
  type Review,
  type SubscriberEvent,
  type SubscriberState,
} from './subscriber.state.js';

/** An operator's decision about a review. */
export interface Resolution {
  readonly decision: 'OPT_OUT' | 'DISMISS';
  /** The number to opt out, where the sender was malformed; else null or the sender's own. */
  readonly deviceE164: string | null;
  readonly note: string | null;
  /** ISO 8601 UTC. */
  readonly at: string;
}

/**
 * One device on one code (GATEWAY.md, Consent): what became of its messages, its consent, and its programs. Consent and enrolments
 * are one aggregate, because a STOP ends all of them at once.
 */
export class Subscriber extends Aggregate<SubscriberState, SubscriberEvent> {
  constructor(private readonly registry: HandlerRegistry) {
    super(initialSubscriber, evolveSubscriber(registry));
  }

  /** An event that was replayed before changes nothing, so batches may overlap. */
  override replay(recorded: Recorded): void {
    if (this.revision === null || recorded.revision > this.revision) super.replay(recorded);
  }

  /** Routes a message; one that was handled already changes nothing. `id` is the subscriber's. Never throws because of a handler. */
  route(id: string, message: RoutableMessage, handling: Handling): void {
    const { handled } = this.state;
    if (handled !== null && handling.position <= handled) return;
    for (const event of this.#decide(id, message, handling)) this.record(event);
  }

  #decide(id: string, message: RoutableMessage, handling: Handling): readonly SubscriberEvent[] {
    try {
      return routeMessage(this.registry, this.state, id, message, handling);
    } catch (error) {
      return [failed(message, handling, `it could not be decided: ${messageOf(error)}`)];
    }
  }

  /** Throws a SubscriberRefusal where the review cannot be resolved so. The same decision again is quiet. */
  resolveReview(reviewId: string, resolution: Resolution): void {
    const review = this.reviewFor(reviewId, resolution);
    if (review.resolved) return;
    const { decision, deviceE164, note, at } = resolution;
    const { ledgerId, code } = review;
    this.record(new ReviewResolved({ reviewId, ledgerId, code, decision, deviceE164, note, at }));
    if (decision === 'OPT_OUT') this.optOutByReview(reviewId, review, at);
  }

  /** Opts out because of a review: of this subscriber's own text, or of a malformed sender's whose number an operator found. */
  optOutByReview(reviewId: string, review: Omit<Review, 'resolved'>, at: string): void {
    if (this.state.consent === 'OPTED_OUT') return;
    const { ledgerId, messageId, code, deviceAddress, deviceE164, text } = review;
    const of = { ledgerId, messageId, code, deviceAddress, deviceE164, text, at };
    this.record(new OptedOut({ ...of, confidence: null, programs: [...this.state.joined], reviewId }));
  }

  /** The review that may be resolved so; throws a SubscriberRefusal otherwise. */
  reviewFor(reviewId: string, { decision, deviceE164, note }: Resolution): Review {
    const review = this.state.reviews.get(reviewId);
    if (!review) throw unknownReview(reviewId);
    const { resolved } = review;
    if (resolved && (resolved.decision !== decision || resolved.deviceE164 !== deviceE164 || resolved.note !== note))
      throw new SubscriberRefusal(
        'CONFLICT',
        'REVIEW_RESOLVED',
        `The review was resolved already: ${resolved.decision}.`,
      );
    if (decision === 'OPT_OUT') checkNumber(review, deviceE164);
    return review;
  }
}

export const unknownReview = (reviewId: string): SubscriberRefusal =>
  new SubscriberRefusal('NOT_FOUND', 'REVIEW_UNKNOWN', `There is no review ${reviewId}.`);

function checkNumber(review: Review, deviceE164: string | null): void {
  const refuse = (message: string): never => {
    throw new SubscriberRefusal('INVALID', 'NUMBER_NEEDED', message, [{ field: 'deviceE164', message }]);
  };
  if (deviceE164 === null && review.deviceE164 === null)
    refuse('opting out a malformed sender needs the number that is to be opted out');
  if (deviceE164 !== null && !/^\+[1-9]\d{6,14}$/.test(deviceE164)) refuse('deviceE164 is a number like +14045554900');
  if (deviceE164 !== null && review.deviceE164 !== null && deviceE164 !== review.deviceE164)
    refuse('the message came from another number');
}

/** Subscribers by their id: the stream `subscriber-<id>`. */
export const subscriberRepository = (
  log: EventLog,
  registry: HandlerRegistry,
): Repository<SubscriberState, SubscriberEvent, Subscriber> =>
  new Repository(log, 'subscriber', () => new Subscriber(registry));
