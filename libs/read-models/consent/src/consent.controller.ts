import { Controller, Get, Param, Query, UseInterceptors } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiQuery, ApiTags } from '@nestjs/swagger';
import { validQuery } from '@mo-ledger/http';
import { LedgerAfterInterceptor, ReadsFrom } from '@mo-ledger/read-model-kit';
import { consent } from './consent.projection.js';
import { FindReviews, ReadReview, ReviewFilters } from './find-reviews.query.js';
import { FindSubscribers, SubscriberFilters } from './find-subscribers.query.js';
import { ReadSubscriber, SubscriberAt } from './read-subscriber.query.js';

@ApiTags('consent')
@Controller()
@ReadsFrom(consent)
@UseInterceptors(LedgerAfterInterceptor)
export class ConsentController {
  constructor(private readonly queries: QueryBus) {}

  @Get('codes/:code/subscribers')
  @ApiQuery({ type: SubscriberFilters })
  subscribers(@Param('code') code: string, @Query() query: object) {
    return this.queries.execute(new FindSubscribers(code, validQuery(SubscriberFilters, query)));
  }

  @Get('codes/:code/subscribers/:device')
  @ApiQuery({ type: SubscriberAt })
  subscriber(@Param('code') code: string, @Param('device') device: string, @Query() query: object) {
    const { at } = validQuery(SubscriberAt, query);
    return this.queries.execute(new ReadSubscriber(code, device, at));
  }

  @Get('reviews')
  @ApiQuery({ type: ReviewFilters })
  reviews(@Query() query: object) {
    return this.queries.execute(new FindReviews(validQuery(ReviewFilters, query)));
  }

  @Get('reviews/:id')
  review(@Param('id') id: string) {
    return this.queries.execute(new ReadReview(id));
  }
}
