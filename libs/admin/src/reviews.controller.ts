import { Body, Controller, HttpCode, Inject, Param, Post, Res, UseGuards } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { PlainCallGuard, validBody } from '@mo-ledger/http';
import { ResolveReview } from '@mo-ledger/subscribers';
import { Answers } from './answers.js';
import { AnswersOperation, DescribesBody } from './api-description.js';
import { newOperation, RECORDED_BY } from './operation.js';
import { ReviewBody } from './review.body.js';

@ApiTags('Operations')
@UseGuards(PlainCallGuard)
@Controller('reviews')
export class ReviewsController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(Answers) private readonly answers: Answers,
  ) {}

  @Post(':id/resolve')
  @HttpCode(200)
  @ApiOperation({ summary: 'Decide about a review: opt its sender out, or dismiss it' })
  @DescribesBody(ReviewBody)
  @AnswersOperation(200)
  async resolve(@Param('id') id: string, @Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply) {
    const { decision, deviceE164, note } = validBody(ReviewBody, body);
    const resolution = { decision, deviceE164: deviceE164 ?? null, note: note ?? null, at: newOperation().at };
    const { position } = await this.commands.execute(new ResolveReview(id, resolution, RECORDED_BY));
    return this.answers.send(reply, 200, position, { id, ...resolution, state: 'RESOLVED' });
  }
}
