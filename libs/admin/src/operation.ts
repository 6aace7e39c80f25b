import { randomUUID } from 'node:crypto';
import type { CommandContext, LedgerKey } from '@mo-ledger/event-sourcing';

/** What is known of one call of the API: the command's own id, and its time (ISO 8601 UTC). Deciding takes both from here. */
export interface Operation {
  readonly commandId: string;
  readonly at: string;
}

export const newOperation = (): Operation => ({ commandId: randomUUID(), at: new Date().toISOString() });

/** Who records the events of operators' commands. */
export const RECORDED_BY = 'admin-api';

/** The events of one command: ids derived from the command's, so that our own retries of an append write nothing twice. */
export const contextOf = (ledgerKey: LedgerKey, { commandId }: Operation): CommandContext => ({
  eventId: (index) => ledgerKey.uuid('command', commandId, index),
  metadata: { $correlationId: commandId, $causationId: commandId, recordedBy: RECORDED_BY, schemaVersion: 1 },
});
