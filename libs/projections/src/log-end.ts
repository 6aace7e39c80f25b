import type { EventLog, Recorded } from '@mo-ledger/event-sourcing';

/** The last event of the log; null where there is none. */
export async function lastEventOf(log: Pick<EventLog, 'readAll'>): Promise<Recorded | null> {
  for await (const event of log.readAll({ direction: 'backwards', limit: 1 })) return event;
  return null;
}
