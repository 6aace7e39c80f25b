import { Controller, Get, Inject, Query, Req, Res, type OnModuleDestroy } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Problem } from '@mo-ledger/http';
import type { Signal } from '@mo-ledger/projections';
import { openEventStream, READ_MODEL_CHANGES } from '@mo-ledger/read-model-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FindChanges, type MessageChange } from './find-changes.query.js';

const LOOK_AGAIN_MS = 500;

/**
 * `GET /live` (API.md): server-sent events. `message` is a message as it is projected, `routed` the same once it is known what became
 * of it. A client that reconnects goes on after the last id it saw; a slow one is sent more when it has read what it was sent.
 */
@ApiTags('messages')
@Controller('live')
export class LiveController implements OnModuleDestroy {
  readonly #ended = new AbortController();

  constructor(
    private readonly queries: QueryBus,
    @Inject(READ_MODEL_CHANGES) private readonly changes: Signal | null,
  ) {}

  /** Ends every stream, so that the service can stop; clients come back by themselves. */
  onModuleDestroy(): void {
    this.#ended.abort();
  }

  @Get()
  @ApiOperation({ description: 'Server-sent events; resumes from Last-Event-ID.' })
  async live(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query('lastEventId') asked?: unknown,
  ): Promise<void> {
    const seen = request.headers['last-event-id'] ?? asked;
    if (seen !== undefined && !/^\d{1,19}$/.test(String(seen)))
      throw new Problem(400, 'Last-Event-ID must be an id of this stream');
    // Asked before the answer begins, so that a read model that is not there is still a problem.
    const now = await this.queries.execute(new FindChanges(null));
    let position = seen === undefined ? now.position : BigInt(String(seen));

    const { gone, send } = openEventStream(reply, this.#ended.signal);
    while (!gone.aborted) {
      const next = this.changes?.wait(LOOK_AGAIN_MS) ?? new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      const found = await this.queries.execute(new FindChanges(position)).catch(() => null);
      if (gone.aborted) return;
      if (found && found.changes.length > 0) {
        position = found.position;
        await send(found.changes.map(toEvent).join(''));
        continue;
      }
      await next;
    }
  }
}

const toEvent = ({ position, type, message }: MessageChange): string =>
  `id: ${position}\nevent: ${type}\ndata: ${JSON.stringify(message)}\n\n`;
