import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { EventMetadata, LedgerKey, Repository } from '@mo-ledger/event-sourcing';
import { unknownReview, type Resolution, type Subscriber } from './subscriber.aggregate.js';
import type { SubscriberEvent, SubscriberState } from './subscriber.state.js';
import { subscriberId, subscriberOfReview } from './subscriber-id.js';

export interface ReviewPosition {
  /** The position of the last event that is to be seen in the read models. */
  readonly position: bigint;
}

/** An operator decides about a review (API.md, `POST /reviews/{id}/resolve`). */
export class ResolveReview extends Command<ReviewPosition> {
  constructor(
    readonly reviewId: string,
    readonly resolution: Resolution,
    readonly recordedBy: string,
  ) {
    super();
  }
}

/** What ResolveReviewHandler works with. */
export interface Reviews {
  readonly subscribers: Repository<SubscriberState, SubscriberEvent, Subscriber>;
  readonly key: LedgerKey;
}
export const REVIEWS = Symbol('Reviews');

@CommandHandler(ResolveReview)
export class ResolveReviewHandler implements ICommandHandler<ResolveReview> {
  constructor(@Inject(REVIEWS) private readonly reviews: Reviews) {}

  /** Throws a SubscriberRefusal where the review is unknown, resolved otherwise, or lacks the number. */
  async execute({ reviewId, resolution, recordedBy }: ResolveReview): Promise<ReviewPosition> {
    const { subscribers, key } = this.reviews;
    const id = subscriberOfReview(reviewId);
    if (id === null) throw unknownReview(reviewId);
    const { decision, deviceE164, note, at } = resolution;
    const review = (await subscribers.load(id)).reviewFor(reviewId, resolution);
    const metadata: EventMetadata = {
      ...{ $correlationId: review.ledgerId, $causationId: key.uuid('review', reviewId), recordedBy, schemaVersion: 1 },
      ...{ code: review.code, organization: review.organization },
    };
    const context = (purpose: string) => ({
      eventId: (index: number) => key.uuid(purpose, reviewId, decision, deviceE164, note, at, index),
      metadata,
    });

    // The number first: were it last, a crash between the two would leave a resolved review and nobody opted out.
    let position = 0n;
    if (decision === 'OPT_OUT' && deviceE164 !== null && review.deviceE164 === null && !review.resolved) {
      const number = { ...review, deviceAddress: deviceE164, deviceE164 };
      const owner = subscriberId(key, review.code, number);
      const optOut = (subscriber: Subscriber) => subscriber.optOutByReview(reviewId, number, at);
      position = (await subscribers.execute(owner, optOut, context('opt-out-by-review'))).position ?? position;
    }
    const resolve = (subscriber: Subscriber) => subscriber.resolveReview(reviewId, resolution);
    const resolved = await subscribers.execute(id, resolve, context('resolve-review'));
    const last = resolved.position ?? position;
    return { position: last > position ? last : position };
  }
}
