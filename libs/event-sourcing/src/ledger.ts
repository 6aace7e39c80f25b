import { Event } from './event.js';
import { WrongExpectedRevision, type EventLog } from './event-log.js';
import type { LedgerKey } from './ledger-key.js';

/** The log's first event of ours: which ledger this is, and which key its ids are derived from. */
export class LedgerOpened extends Event('LedgerOpened')<{ ledgerId: string; keyFingerprint: string }> {}

const STREAM = 'ledger';

/** The log belongs to another `LEDGER_KEY`: with this one every STOP would be looked for in the wrong place. */
export class WrongLedgerKey extends Error {
  readonly code = 'WRONG_LEDGER_KEY';
  constructor() {
    super(
      'LEDGER_KEY is not the key that this event store was begun with; start with the right key, or with another event store',
    );
  }
}

/** What the log says of itself, or null for a log that no ledger was opened on. */
export async function readLedger(log: EventLog): Promise<LedgerOpened['data'] | null> {
  for await (const event of log.readStream(STREAM, { limit: 1 })) return event.data as LedgerOpened['data'];
  return null;
}

/**
 * Makes sure that this log is ours: writes its first event where it is empty, and throws WrongLedgerKey where it was begun with
 * another key. `newLedgerId` is used only where the log is empty.
 */
export async function openLedger(
  log: EventLog,
  key: LedgerKey,
  newLedgerId: string,
  recordedBy: string,
): Promise<LedgerOpened['data']> {
  const opened = new LedgerOpened({ ledgerId: newLedgerId, keyFingerprint: key.fingerprint });
  const existing = await readLedger(log);
  if (!existing) {
    const metadata = { $correlationId: newLedgerId, $causationId: newLedgerId, recordedBy, schemaVersion: 1 };
    try {
      await log.append(STREAM, [{ id: key.uuid('ledger', newLedgerId), event: opened, metadata }], 'no_stream');
      return opened.data;
    } catch (error) {
      if (!(error instanceof WrongExpectedRevision)) throw error;
      return openLedger(log, key, newLedgerId, recordedBy);
    }
  }
  if (existing.keyFingerprint !== key.fingerprint) throw new WrongLedgerKey();
  return existing;
}
