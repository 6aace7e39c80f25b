import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Health } from './health.js';

/** The token of what `/metrics` answers: the figures of this process, or of several, in Prometheus' text format. */
export const METRICS_TEXT = Symbol('MetricsText');

/** What every service answers about itself (API.md): `/health`, `/health/live`, `/health/ready`, `/metrics`. */
@ApiTags('Health and metrics')
@Controller()
export class OperationsController {
  constructor(
    @Inject(Health) private readonly health: Health,
    @Inject(METRICS_TEXT) private readonly metrics: () => Promise<string>,
  ) {}

  @Get('health/live')
  @ApiOperation({ summary: 'Whether the process answers at all' })
  live() {
    return { ok: true };
  }

  @Get('health/ready')
  @ApiOperation({ summary: 'Whether it does what it is there for; 503 where it does not' })
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const health = await this.health.ready();
    await reply.code(health.ok ? 200 : 503).send(health);
  }

  @Get('health')
  @ApiOperation({ summary: 'All that it depends on, one by one; 503 where something is not well' })
  async all(@Res() reply: FastifyReply): Promise<void> {
    const health = await this.health.all();
    await reply.code(health.ok ? 200 : 503).send(health);
  }

  @Get('metrics')
  @ApiOperation({ summary: "Figures, in Prometheus' text format" })
  async figures(@Res() reply: FastifyReply): Promise<void> {
    await reply.header('content-type', 'text/plain; version=0.0.4; charset=utf-8').send(await this.metrics());
  }
}
