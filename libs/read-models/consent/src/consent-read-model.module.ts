import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { ConsentController } from './consent.controller.js';
import { FindReviewsHandler, ReadReviewHandler } from './find-reviews.query.js';
import { FindSubscribersHandler } from './find-subscribers.query.js';
import { ReadSubscriberHandler } from './read-subscriber.query.js';

/** `/codes/{code}/subscribers…`, `/reviews`; it needs `ReadSideModule`. */
@Module({
  imports: [CqrsModule],
  controllers: [ConsentController],
  providers: [ReadSubscriberHandler, FindSubscribersHandler, FindReviewsHandler, ReadReviewHandler],
})
export class ConsentReadModelModule {}
