import { CodeRefusal } from '@mo-ledger/codes';
import { Problem } from '@mo-ledger/http';
import { LedgerIdUnknown } from '@mo-ledger/messages';
import { OrganizationKeyTooShort } from '@mo-ledger/organizations';
import { SubscriberRefusal } from '@mo-ledger/subscribers';
import { CommandRefused } from './refusals.js';

const OF_REFUSALS = { NOT_FOUND: 404, CONFLICT: 409, INVALID: 422 } as const;
const OF_COMMANDS = {
  ORGANIZATION_UNKNOWN: 404,
  HANDLER_UNKNOWN: 422,
  SETTINGS_INVALID: 422,
  NOT_ROUTED_YET: 409,
  ALREADY_ROUTED: 409,
} as const;

const kind = (code: string): string => code.toLowerCase().replaceAll('_', '-');

/** Which problem a refused command is answered with; null for an error that is none of these. For `createService`. */
export function adminProblems(error: Error): Problem | null {
  if (error instanceof CodeRefusal || error instanceof SubscriberRefusal)
    return new Problem(OF_REFUSALS[error.kind], error.message, error.errors, kind(error.code));
  if (error instanceof CommandRefused)
    return new Problem(OF_COMMANDS[error.code], error.message, error.errors, kind(error.code));
  if (error instanceof OrganizationKeyTooShort)
    return new Problem(422, error.message, [{ field: error.field, message: error.message }], kind(error.code));
  if (error instanceof LedgerIdUnknown) return new Problem(404, error.message, [], kind(error.code));
  return null;
}
