import type { OpenAPIObject } from '@nestjs/swagger';

/** A service's OpenAPI document. */
export type ServiceDescription = OpenAPIObject;

type Responses = NonNullable<OpenAPIObject['paths'][string]['get']>['responses'];

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

const PROBLEM = {
  type: 'object',
  description: 'RFC 9457',
  required: ['type', 'title', 'status', 'detail', 'errors'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['field', 'message'],
        properties: { field: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
};
const CONTENT = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };

/** What every service answers alike; an operation that says more of a status says it itself. */
const READ_REFUSALS = {
  400: { description: 'A parameter that cannot be read or that there is not' },
  404: { description: 'Something that is named is not there' },
};
const COMMAND_REFUSALS = {
  ...READ_REFUSALS,
  400: { description: 'What cannot be read: a body that is no JSON object, an unknown parameter' },
  409: { description: 'In conflict with what is there' },
  422: { description: 'Not allowed; `errors` names the fields' },
};

/** The document with the refusals of every operation, all of them problem+json (API.md). */
export function withProblems(document: OpenAPIObject): OpenAPIObject {
  const paths = Object.entries(document.paths).map(([path, methods]) => {
    const operations = METHODS.flatMap((method) => {
      const operation = methods[method];
      if (!operation) return [];
      const refusals = method === 'get' ? READ_REFUSALS : COMMAND_REFUSALS;
      return [[method, { ...operation, responses: asProblems({ ...refusals, ...operation.responses }) }] as const];
    });
    return [path, { ...methods, ...Object.fromEntries(operations) }] as const;
  });
  const schemas = { ...document.components?.schemas, Problem: PROBLEM };
  return { ...document, paths: Object.fromEntries(paths), components: { ...document.components, schemas } };
}

function asProblems(responses: Responses): Responses {
  const described: Responses = {};
  for (const [status, response] of Object.entries(responses)) {
    if (!response) continue;
    described[status] = status.startsWith('4') ? { description: '', ...response, content: CONTENT } : response;
  }
  return described;
}
