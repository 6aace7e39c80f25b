import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { LOOPBACK } from './address.js';
import { isInboundUrl } from './inbound-url.js';
import { Problem, sendProblem } from './problem.js';

/** The headers by which a proxy says that it sent a request for somebody else. */
const FORWARDING = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'x-forwarded-host', 'x-forwarded-proto', 'via'];

/**
 * Until there is authentication, everything but `/inbound` answers only clients on loopback, and 404 to others. A request with a
 * forwarding header counts as its client, never as loopback, whether or not the proxy is trusted (API.md).
 */
export function onlyLoopback(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    if (isInboundUrl(request.url) || isLocal(request)) return done();
    sendProblem(reply, new Problem(404, 'There is nothing here.'));
  });
}

/** Whether a proxy sent it: such a request has a client of its own, and is never one from loopback (API.md). */
export const isForwarded = (headers: IncomingHttpHeaders): boolean =>
  FORWARDING.some((header) => headers[header] !== undefined);

const isLocal = (request: FastifyRequest): boolean =>
  LOOPBACK.has(request.socket.remoteAddress ?? '') && !isForwarded(request.headers);
