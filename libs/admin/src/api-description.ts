import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiResponse } from '@nestjs/swagger';
import { objectSchema } from '@mo-ledger/keyword-handlers';

const HEADERS = {
  'Ledger-Position': { description: 'The commit position of the last change', schema: { type: 'string' as const } },
};

type Schema = Extract<Parameters<typeof ApiBody>[0], { schema: unknown }>['schema'];

/** The body's class in the OpenAPI document, made from its validators. */
export const DescribesBody = (type: new () => object, required = true) =>
  // The schema's words are OpenAPI's; its type is JSON Schema's.
  ApiBody({ required, schema: objectSchema(type) as Schema });

const refusals = (...statuses: readonly (400 | 404 | 409 | 422)[]) =>
  statuses.map((status) => ApiResponse({ status, description: REFUSALS[status] }));

const REFUSALS = {
  400: 'The body is not a JSON object',
  404: 'Something that is named is not there',
  409: 'In conflict with what is provisioned; `errors` says with what',
  422: 'Not allowed; `errors` names the fields',
};

export const AnswersProvisioning = () =>
  applyDecorators(
    ApiResponse({ status: 201, description: 'Created; `warnings` says what to know', headers: HEADERS }),
    ApiResponse({ status: 200, description: 'Changed, or so already', headers: HEADERS }),
    ...refusals(400, 404, 409, 422),
  );

/** @param status 202 where what becomes of it is decided later */
export const AnswersOperation = (status: 200 | 202) =>
  applyDecorators(
    ApiResponse({ status, description: status === 200 ? 'Done, or so already' : 'Accepted', headers: HEADERS }),
    ...refusals(404, 409, 422),
  );
