import { QueryFailed } from '@mo-ledger/read-store';

/**
 * Connection lost or given up by the server (25P03: it did not hear of a transaction for too long), server going down or busy, deadlock: it
 * passes. Everything else is the event's or the handler's fault; a statement that takes too long (57014) is tried again with half of the
 * batch, too.
 */
export const isPassing = (error: unknown): boolean =>
  error instanceof QueryFailed &&
  (error.sqlState === null ||
    /^(08|25P03|40|53|55|57P|58|ECONN|EPIPE|EHOST|ENET|ETIMEDOUT|ENOTFOUND|EAI_)/.test(error.sqlState));

/** A table or its schema is not there: no projector has been here yet, or somebody has dropped it. */
export const isNotThere = (error: unknown): boolean =>
  error instanceof QueryFailed && (error.sqlState === '42P01' || error.sqlState === '3F000');
