import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { FastifyRequest } from 'fastify';
import { Problem } from './problem.js';
import { validBody } from './validation.js';

class NoFields {}

/**
 * For what takes no query parameters, as commands do: one that is there is a mistake that would go unnoticed (API.md: 400). So is
 * a body where the command has no `@Body()`: 422 that names the fields.
 */
@Injectable()
export class PlainCallGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { query, body } = context.switchToHttp().getRequest<FastifyRequest>();
    const errors = Object.keys(query as object).map((field) => ({
      ...{ field, message: `there is no query parameter ${field}` },
    }));
    if (errors.length > 0) throw new Problem(400, errors.map(({ message }) => message).join('; '), errors);
    if (body !== undefined && !takesBody(context)) validBody(NoFields, body);
    return true;
  }
}

/** Nest keeps what a handler is given by its kind and place: `3:0` is a body that comes first. */
function takesBody(context: ExecutionContext): boolean {
  const given = Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), context.getHandler().name) as
    object | undefined;
  return Object.keys(given ?? {}).some((kind) => kind.startsWith(`${RouteParamtypes.BODY}:`));
}
