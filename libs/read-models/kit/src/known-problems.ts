import { Problem } from '@mo-ledger/http';
import { isNotThere, ProjectionRefused, type Refusal } from '@mo-ledger/projections';

const REFUSALS: Readonly<Record<Refusal, number>> = {
  NO_SUCH_PROJECTION: 404,
  NO_SUCH_BUILD: 404,
  NOT_VERIFIED: 404,
  NOT_AS_FAR: 409,
  SERVES: 409,
  NOT_STOPPED: 409,
};

/** The read side's refusals, as problems. */
export function readSideProblems(error: Error & { code?: unknown; sqlState?: unknown }): Problem | null {
  if (error instanceof ProjectionRefused) return new Problem(REFUSALS[error.refusal], error.message);
  // Where a table is not there, no projector has been here yet, or one is just dropping what nobody reads any more.
  if (isNotThere(error) || error.code === 'READ_MODEL_NOT_READY')
    return new Problem(503, 'The read models are being built; try again.');
  const passing =
    error.code === 'QUERY_FAILED' && (error.sqlState === null || /^(08|53|55|57|E[A-Z])/.test(String(error.sqlState)));
  return passing ? new Problem(503, 'The read models’ database does not answer; try again.') : null;
}
