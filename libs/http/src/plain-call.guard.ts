import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Problem } from './problem.js';

/** For what takes no query parameters, as commands do: one that is there is a mistake that would go unnoticed (API.md: 400). */
@Injectable()
export class PlainCallGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const query = context.switchToHttp().getRequest<FastifyRequest>().query as object;
    const errors = Object.keys(query).map((field) => ({ field, message: `there is no query parameter ${field}` }));
    if (errors.length > 0) throw new Problem(400, errors.map(({ message }) => message).join('; '), errors);
    return true;
  }
}
