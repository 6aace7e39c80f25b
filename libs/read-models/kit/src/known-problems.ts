import { Problem } from '@mo-ledger/http';
import { isNotThere, ProjectionRefused, ReadModelNotReady, type Refusal } from '@mo-ledger/projections';

const REFUSALS: Readonly<Record<Refusal, number>> = {
  NO_SUCH_PROJECTION: 404,
  NO_SUCH_BUILD: 404,
  NOT_VERIFIED: 404,
  NOT_AS_FAR: 409,
  SERVES: 409,
  NOT_STOPPED: 409,
};

const NOT_READY = 'read-model-not-ready';

/** A read model is being built: how far it is, as `GET /projections` says it. */
class NotReadyProblem extends Problem {
  constructor(private readonly notReady: ReadModelNotReady) {
    super(503, notReady.message, [], NOT_READY);
  }

  override toJSON() {
    const { name, position, progress } = this.notReady.status;
    return { ...super.toJSON(), projection: name, position, progress };
  }
}

/** The read side's refusals, as problems. */
export function readSideProblems(error: Error & { code?: unknown; sqlState?: unknown }): Problem | null {
  if (error instanceof ProjectionRefused) return new Problem(REFUSALS[error.refusal], error.message);
  if (error instanceof ReadModelNotReady) return new NotReadyProblem(error);
  // A projector is just dropping what nobody reads any more.
  if (isNotThere(error)) return new Problem(503, 'The read models are being built; try again.', [], NOT_READY);
  const passing =
    error.code === 'QUERY_FAILED' && (error.sqlState === null || /^(08|53|55|57|E[A-Z])/.test(String(error.sqlState)));
  return passing ? new Problem(503, 'The read models’ database does not answer; try again.') : null;
}
