import type { EventLog, Recorded } from '@mo-ledger/event-sourcing';

type Log = Pick<EventLog, 'readAll'>;

/** The last event of the log; null where there is none. */
export async function lastEventOf(log: Log): Promise<Recorded | null> {
  for await (const event of log.readAll({ direction: 'backwards', limit: 1 })) return event;
  return null;
}

/** The event at a position of the log; null where there is none. */
export async function eventAt(log: Log, position: bigint): Promise<Recorded | null> {
  for await (const event of log.readAll({ from: position, limit: 1 }))
    return event.position === position ? event : null;
  return null;
}
