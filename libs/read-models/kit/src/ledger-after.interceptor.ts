import { Injectable, SetMetadata, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Problem } from '@mo-ledger/http';
import { LedgerAfter, type Projection } from '@mo-ledger/projections';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';

const READS_FROM = Symbol('projections that are read');
const LONGEST_WAIT_MS = 5_000;

/** Names the projections that a controller or one of its methods reads from, for `Ledger-After`. Required where the interceptor is. */
export const ReadsFrom = (...projections: readonly Projection[]) => SetMetadata(READS_FROM, projections);

/** `Ledger-After: <position>` (API.md): the answer waits for what became of everything up to it; 504 where that takes over five seconds, 503 at once where a read model is being built. */
@Injectable()
export class LedgerAfterInterceptor implements NestInterceptor {
  constructor(
    private readonly ledgerAfter: LedgerAfter,
    private readonly reflector: Reflector,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const header = context.switchToHttp().getRequest<FastifyRequest>().headers['ledger-after'];
    if (header === undefined) return next.handle();
    if (typeof header !== 'string' || !/^\d{1,19}$/.test(header))
      throw new Problem(400, 'Ledger-After must be a position, as Ledger-Position tells it');
    const projections = this.reflector.getAllAndOverride<readonly Projection[] | undefined>(READS_FROM, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (!projections) throw new Error(`${context.getClass().name} does not say what it reads from`);
    if (!(await this.ledgerAfter.wait(BigInt(header), projections, LONGEST_WAIT_MS)))
      throw new Problem(504, `What is read does not show everything up to ${header} yet.`);
    return next.handle();
  }
}
