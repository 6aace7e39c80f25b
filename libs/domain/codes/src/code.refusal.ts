export interface FieldProblem {
  /** The field of the command's body, for example `keywords`. */
  readonly field: string;
  readonly message: string;
}

/** What kind of answer a refusal is: 404, 409 or 422. */
export type RefusalKind = 'NOT_FOUND' | 'CONFLICT' | 'INVALID';

export type CodeRefusalCode =
  | 'CODE_UNKNOWN'
  | 'PROGRAM_UNKNOWN'
  | 'PROGRAM_RETIRED'
  | 'CODE_INVALID'
  | 'CODE_UNCHANGEABLE'
  | 'PROGRAM_INVALID'
  | 'PROGRAM_UNCHANGEABLE'
  | 'KEYWORD_TAKEN'
  | 'CATCH_ALL_TAKEN';

/** A command that a code does not carry out, with a stable `code` and the fields that it is about. Nothing has changed. */
export class CodeRefusal extends Error {
  constructor(
    readonly kind: RefusalKind,
    readonly code: CodeRefusalCode,
    message: string,
    readonly errors: readonly FieldProblem[] = [],
  ) {
    super(message);
  }
}
