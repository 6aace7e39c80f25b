import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Registry } from 'prom-client';
import { Health } from './health.js';

/** What every service answers about itself (API.md): `/health`, `/health/live`, `/health/ready`, `/metrics`. */
@ApiExcludeController()
@Controller()
export class OperationsController {
  constructor(
    @Inject(Health) private readonly health: Health,
    @Inject(Registry) private readonly metrics: Registry,
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
    await reply.header('content-type', this.metrics.contentType).send(await this.metrics.metrics());
  }
}
