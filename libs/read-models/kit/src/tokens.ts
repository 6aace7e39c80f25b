/** The ReadStore. */
export const READ_STORE = Symbol('ReadStore');
/** A Signal that a projector in this process gives after each batch, or null. */
export const READ_MODEL_CHANGES = Symbol('changes of the read models');
/** `() => Promise<readonly ProjectionStatus[]>`. */
export const PROJECTION_STATUSES = Symbol('statuses of the projections');
