/** A statement was refused, or its connection was lost. It holds neither parameters nor rows: they are personal, and errors are logged. */
export class QueryFailed extends Error {
  readonly code = 'QUERY_FAILED';
  constructor(
    message: string,
    /** PostgreSQL's SQLSTATE or the system's error code; null where neither is known. */
    readonly sqlState: string | null,
    readonly sql: string,
  ) {
    super(message);
  }
}

/** Any error of the driver as a QueryFailed of this statement. */
export function toQueryFailed(error: unknown, statement: string): QueryFailed {
  // A name with several addresses fails once for each; the error for them all has no message of its own.
  const [first = error] = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  const { message, code } = first as { message?: string; code?: unknown };
  return new QueryFailed(message || 'the statement failed', typeof code === 'string' ? code : null, statement);
}
