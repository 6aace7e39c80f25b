import { Inject, Injectable, Optional } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

/** Waits until whoever must act on a command knows of it: in `standalone` the receiver and the keyword router (API.md). */
export type AfterCommand = (position: bigint) => Promise<void>;

export const AFTER_COMMAND = Symbol('AfterCommand');

/** How every command is answered: once it is acted on, with the position of the last change. */
@Injectable()
export class Answers {
  constructor(@Optional() @Inject(AFTER_COMMAND) private readonly afterCommand?: AfterCommand) {}

  async send<Body extends object>(reply: FastifyReply, status: number, position: bigint, body: Body): Promise<Body> {
    await this.afterCommand?.(position);
    void reply.code(status).header('ledger-position', position.toString());
    return body;
  }
}
