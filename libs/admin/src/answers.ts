import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

/**
 * Awaited before a change of an organization is answered, with its position: in `standalone` the receiver in the same process then
 * knows of it, so that a post may follow at once (API.md). Everything else a post or a message meets through the log's order.
 */
export type AfterOrganizationChange = (position: bigint) => Promise<void>;

export const AFTER_ORGANIZATION_CHANGE = Symbol('AfterOrganizationChange');

/** How every command is answered: with the position of the last change. */
@Injectable()
export class Answers {
  async send<Body extends object>(reply: FastifyReply, status: number, position: bigint, body: Body): Promise<Body> {
    void reply.code(status).header('ledger-position', position.toString());
    return body;
  }
}
