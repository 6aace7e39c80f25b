import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Logger } from './logging.js';

export interface FieldError {
  readonly field: string;
  readonly message: string;
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'Content too large',
  415: 'Unsupported media type',
  422: 'Not allowed',
  500: 'Internal error',
  503: 'Not available',
  504: 'Not yet',
};

/** An error that is answered as `application/problem+json` (RFC 9457; API.md). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
    readonly errors: readonly FieldError[] = [],
    /** The stable name of this kind of problem, the last part of its `type`. */
    readonly kind: string = (TITLES[status] ?? 'problem').toLowerCase().replaceAll(' ', '-'),
  ) {
    super(detail);
  }

  toJSON() {
    const { status, detail, errors, kind } = this;
    const type = `urn:mo-ledger:problem:${kind}`;
    return { type, title: TITLES[status] ?? 'Problem', status, detail, errors };
  }
}

export const sendProblem = (reply: FastifyReply, problem: Problem): void => {
  if (problem.status === 503) void reply.header('retry-after', '5');
  void reply
    .code(problem.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify(problem));
};

/** Turns every error into problem+json, in this one place. Known ones are told apart by their stable `code`. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  /** @param known which problem an error with this `code` is; libraries' refusals are listed by the applications */
  constructor(
    private readonly logger: Logger,
    private readonly known: (error: Error & { code?: unknown }) => Problem | null = () => null,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (reply.sent) return;
    sendProblem(reply, this.problemOf(error));
  }

  /** What an error is answered as; one that nobody knows is logged, and nothing is told of it. */
  problemOf(error: unknown): Problem {
    if (error instanceof Problem) return error;
    if (error instanceof HttpException) return new Problem(error.getStatus(), error.message);
    if (error instanceof Error) {
      const known = this.known(error);
      if (known) return known;
      const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
      if (code === 'NOT_DURABLE' || code === 'NOT_READABLE')
        return new Problem(503, 'The event store does not answer; try again.');
      // Fastify's own, for example a malformed URL.
      if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500)
        return new Problem(statusCode, error.message);
    }
    this.logger.error({ err: error }, 'request failed');
    return new Problem(500, 'Something went wrong here; the log says what.');
  }
}
