import proxy from '@fastify/http-proxy';
import { Problem, sendProblem, type Service } from '@mo-ledger/http';
import type { FastifyReply } from 'fastify';

/**
 * Forwards what the front does not serve itself to the back, streams included, so that one port serves it all. While the back is away,
 * the answer is a 503.
 */
export async function forwardToBack(
  { fastify, problemOf }: Pick<Service, 'fastify' | 'problemOf'>,
  back: () => string | null,
): Promise<void> {
  const away = (reply: FastifyReply) => sendProblem(reply, new Problem(503, 'The read side is starting; try again.'));
  await fastify.register(async (scope) => {
    // Nest's filter sees nothing of these, for example a body that is no JSON.
    scope.setErrorHandler((error, _request, reply) => sendProblem(reply, problemOf(error)));
    await scope.register(proxy, {
      upstream: '',
      prefix: '/',
      // Bodies are read already; the few that there are go on as JSON.
      proxyPayloads: false,
      disableRequestLogging: true,
      preHandler: (_request, reply, done) => (back() === null ? away(reply as FastifyReply) : done()),
      replyOptions: {
        getUpstream: () => back() ?? '',
        // The back sees a client on loopback, as this process did.
        rewriteRequestHeaders: (_request, headers) => {
          const { 'x-forwarded-host': _host, 'x-forwarded-for': _for, 'x-forwarded-proto': _proto, ...rest } = headers;
          return rest;
        },
        onError: (reply) => away(reply as FastifyReply),
      },
    });
  });
}
