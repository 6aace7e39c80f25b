import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Health } from './health.js';

/** The token of what `/metrics` answers: the figures of this process, or of several, in Prometheus' text format. */
export const METRICS_TEXT = Symbol('MetricsText');

/** What every service answers about itself (API.md): `/health`, `/health/live`, `/health/ready`, `/metrics`. */
@ApiExcludeController()
@Controller()
export class OperationsController {
  constructor(
    @Inject(Health) private readonly health: Health,
    @Inject(METRICS_TEXT) private readonly metrics: () => Promise<string>,
  ) {}

  @Get('health/live')
  live() {
    return { ok: true };
  }

  @Get('health/ready')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const health = await this.health.ready();
    await reply.code(health.ok ? 200 : 503).send(health);
  }

  @Get('health')
  async all(@Res() reply: FastifyReply): Promise<void> {
    const health = await this.health.all();
    await reply.code(health.ok ? 200 : 503).send(health);
  }

  @Get('metrics')
  async figures(@Res() reply: FastifyReply): Promise<void> {
    await reply.header('content-type', 'text/plain; version=0.0.4; charset=utf-8').send(await this.metrics());
  }
}
