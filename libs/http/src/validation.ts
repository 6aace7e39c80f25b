import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { Problem, type FieldError } from './problem.js';

/** Class-validator's findings as a flat list, nested fields by their path (`settings.choices`). */
export function fieldErrors(errors: readonly ValidationError[], parent = ''): FieldError[] {
  return errors.flatMap((error) => {
    const field = parent + error.property;
    const own = Object.values(error.constraints ?? {}).map((message) => ({ field, message }));
    return [...own, ...fieldErrors(error.children ?? [], `${field}.`)];
  });
}

const check = <T extends object>(type: new () => T, value: object): { instance: T; errors: FieldError[] } => {
  const instance = plainToInstance(type, value, { exposeDefaultValues: true });
  const options = { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: false, stopAtFirstError: true };
  return { instance, errors: fieldErrors(validateSync(instance, options)) };
};

/** The body of a command as an instance of its class. Throws a 400 where it is no JSON object, a 422 that names the fields otherwise. */
export function validBody<T extends object>(type: new () => T, body: unknown): T {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new Problem(400, 'The body must be a JSON object.');
  const { instance, errors } = check(type, body);
  if (errors.length) throw new Problem(422, errors.map(({ message }) => message).join('; '), errors);
  return instance;
}

/** The query parameters of a GET as an instance of their class. Throws a 400 that names what is unknown or cannot be read. */
export function validQuery<T extends object>(type: new () => T, query: object): T {
  const { instance, errors } = check(type, query);
  if (errors.length) throw new Problem(400, errors.map(({ message }) => message).join('; '), errors);
  return instance;
}
