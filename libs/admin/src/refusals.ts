import type { FieldError } from '@mo-ledger/http';

/** A command that names what does not exist, or is not allowed; with the fields of the body that it is about. Nothing has changed. */
export class CommandRefused extends Error {
  constructor(
    readonly code:
      'ORGANIZATION_UNKNOWN' | 'HANDLER_UNKNOWN' | 'SETTINGS_INVALID' | 'NOT_ROUTED_YET' | 'ALREADY_ROUTED',
    message: string,
    readonly errors: readonly FieldError[] = [],
  ) {
    super(message);
  }
}
