import { Matches } from 'class-validator';
import { Problem } from '@mo-ledger/http';

const NAME = /^[A-Za-z0-9._-]{1,64}$/;
const RULE = 'must have 1 to 64 letters, digits, dots, underscores or hyphens';

/** A name in a path (API.md, Admin API). Throws a 422 that names it. */
export function validName(field: string, name: string): string {
  if (NAME.test(name)) return name;
  const message = `${field} ${RULE}`;
  throw new Problem(422, message, [{ field, message }]);
}

/** A name in a body. */
export const IsName = (): PropertyDecorator => Matches(NAME, { message: `$property ${RULE}` });
