import type { FastifyInstance, FastifyRequest } from 'fastify';
import { LOOPBACK } from './address.js';
import { isInboundUrl } from './inbound-url.js';
import { Problem, sendProblem } from './problem.js';

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

// A forwarded request has a client of its own, which nobody has vouched for.
const isLocal = (request: FastifyRequest): boolean =>
  LOOPBACK.has(request.socket.remoteAddress ?? '') &&
  !FORWARDING.some((header) => request.headers[header] !== undefined);
