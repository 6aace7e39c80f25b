import { Problem } from '@mo-ledger/http';

/** The read side's refusals, as problems. */
export function readSideProblems(error: Error & { code?: unknown; sqlState?: unknown }): Problem | null {
  if (error.code === 'READ_MODEL_NOT_READY') return new Problem(503, 'The read models are being built; try again.');
  const passing =
    error.code === 'QUERY_FAILED' && (error.sqlState === null || /^(08|53|57|E[A-Z])/.test(String(error.sqlState)));
  return passing ? new Problem(503, 'The read models’ database does not answer; try again.') : null;
}
