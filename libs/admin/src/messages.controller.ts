import { Body, Controller, HttpCode, Inject, Param, Post, Res, UseGuards } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { PlainCallGuard, validBody } from '@mo-ledger/http';
import { ReprocessQuarantinedPost, RerouteMessage } from '@mo-ledger/messages';
import { Answers } from './answers.js';
import { AnswersOperation, DescribesBody } from './api-description.js';
import { newOperation } from './operation.js';
import { RerouteBody } from './reroute.body.js';

@ApiTags('Operations')
@UseGuards(PlainCallGuard)
@Controller()
export class MessagesController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(Answers) private readonly answers: Answers,
  ) {}

  @Post('messages/:id/reroute')
  @HttpCode(202)
  @ApiOperation({ summary: 'Route a message once more, with what is provisioned now' })
  @DescribesBody(RerouteBody, false)
  @AnswersOperation(202)
  async reroute(@Param('id') id: string, @Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply) {
    const { applyConsent } = validBody(RerouteBody, body ?? {});
    const position = await this.commands.execute(new RerouteMessage(id, applyConsent ?? false, newOperation()));
    return this.answers.send(reply, 202, position, { id });
  }

  @Post('quarantine/:id/reprocess')
  @HttpCode(202)
  @ApiOperation({ summary: "Read a quarantined post again, with today's rules" })
  @AnswersOperation(202)
  async reprocess(@Param('id') id: string, @Res({ passthrough: true }) reply: FastifyReply) {
    const position = await this.commands.execute(new ReprocessQuarantinedPost(id, newOperation()));
    return this.answers.send(reply, 202, position, { id });
  }
}
