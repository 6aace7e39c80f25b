import { Controller, Get, Inject, Param, Query, Req, Res, UseGuards, type OnModuleDestroy } from '@nestjs/common';
import { ApiOperation, ApiPropertyOptional, ApiQuery, ApiTags } from '@nestjs/swagger';
import { follow, type EventLog } from '@mo-ledger/event-sourcing';
import { PlainCallGuard, Problem, validQuery } from '@mo-ledger/http';
import { openEventStream, PageSize } from '@mo-ledger/read-model-kit';
import { IsOptional, Matches } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { endOf, findEvents, readEvent, toEventItem, type EventItem } from './events.queries.js';

/** The token of the EventLog. */
export const EVENT_LOG = Symbol('EventLog');

const POSITION = /^\d{1,19}$/;
/** How many events wait for a slow client. */
const BATCH = 100;

const Position =
  (description: string): PropertyDecorator =>
  (target, property) => {
    ApiPropertyOptional({ type: String, description })(target, property);
    IsOptional()(target, property);
    Matches(POSITION, { message: `${String(property)} must be a position of the log` })(target, property);
  };

/** The parameters of `GET /events/tail`. */
export class TailFilters {
  @Position('only what comes strictly after it')
  after?: string;

  @ApiPropertyOptional({ type: String, description: 'only these types, comma-separated' })
  @IsOptional()
  @Matches(/^[A-Za-z]\w*(,[A-Za-z]\w*)*$/, { message: 'type must be event types, comma-separated' })
  type?: string;
}

/** The parameters of `GET /events`. */
export class EventFilters extends TailFilters {
  @PageSize()
  limit = 50;

  @Position('where the page before ended: its `next`')
  cursor?: string;
}

/** The log itself, as it stands (API.md), for operators: oldest first, system events left out. */
@ApiTags('events')
@Controller('events')
export class EventsController implements OnModuleDestroy {
  readonly #ended = new AbortController();

  constructor(@Inject(EVENT_LOG) private readonly log: EventLog) {}

  /** Ends every stream, so that the service can stop; clients come back by themselves. */
  onModuleDestroy(): void {
    this.#ended.abort();
  }

  @Get()
  @ApiQuery({ type: EventFilters })
  list(@Query() query: object) {
    const { after, cursor, type, limit } = validQuery(EventFilters, query);
    return findEvents(this.log, { after: toPosition(cursor ?? after) ?? 'start', types: type?.split(','), limit });
  }

  @Get('tail')
  @ApiOperation({
    description: 'Server-sent events; without `after` only what is new. Resumes from Last-Event-ID, a position.',
  })
  @ApiQuery({ type: TailFilters })
  async tail(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Query() query: object): Promise<void> {
    const { after, type } = validQuery(TailFilters, query);
    const seen = request.headers['last-event-id'];
    if (seen !== undefined && !POSITION.test(String(seen)))
      throw new Problem(400, 'Last-Event-ID must be an id of this stream');
    // Asked before the answer begins, so that an event store that is not there is still a problem.
    const from = toPosition(seen === undefined ? after : String(seen)) ?? (await endOf(this.log));
    const { gone, send } = openEventStream(reply, this.#ended.signal);
    // A client that comes back before it was told anything goes on from here too.
    await send(`id: ${from === 'start' ? 0 : from}\n\n`);
    await follow(
      this.log,
      async ({ events }) => {
        for (const event of events) await send(toServerSentEvent(toEventItem(event)));
      },
      { after: from, signal: gone, batchSize: BATCH, ...(type === undefined ? {} : { types: type.split(',') }) },
    );
  }

  @Get(':position')
  @UseGuards(PlainCallGuard)
  async one(@Param('position') position: string) {
    const event = POSITION.test(position) ? await readEvent(this.log, BigInt(position)) : null;
    if (!event) throw new Problem(404, `There is no event at the position ${position}.`);
    return event;
  }
}

const toPosition = (text: string | undefined): bigint | null => (text === undefined ? null : BigInt(text));

const toServerSentEvent = (event: EventItem): string =>
  `id: ${event.position}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
