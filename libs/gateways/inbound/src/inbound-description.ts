import type { ServiceDescription } from '@mo-ledger/http';

type Path = ServiceDescription['paths'][string];

const text = { 'text/plain': { schema: { type: 'string' } } };

/** GATEWAY.md, Answering. */
const RESPONSES = {
  200: {
    description: 'The post is durable: `OK`',
    headers: { 'Ledger-Position': { description: 'Where it is in the log', schema: { type: 'string' } } },
    content: text,
  },
  403: { description: 'Posted from elsewhere than the gateway, or the key is not the one of this URL' },
  404: { description: 'There is no such organization' },
  408: { description: 'The body took too long to arrive' },
  413: { description: 'The body is too large' },
  503: { description: 'It could not be made durable; post it again' },
};

const post = (names: readonly string[]): Path => ({
  post: {
    tags: ['Inbound'],
    summary: 'Record a post of the gateway; what it says is never refused',
    parameters: names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
    requestBody: { content: { 'application/x-www-form-urlencoded': { schema: { type: 'object' } } } },
    responses: RESPONSES,
  },
});

/** A service's description with the posts in it, whose route takes every URL below `/inbound` and so has none of its own. */
export const withInbound = (own: ServiceDescription): ServiceDescription => ({
  ...own,
  paths: {
    ...own.paths,
    '/inbound/{organization}': post(['organization']),
    '/inbound/{organization}/{key}': post(['organization', 'key']),
  },
});
