import type { EventLog } from '@mo-ledger/event-sourcing';
import type { Leases } from './leases.js';
import { eventAt, lastEventOf } from './log-reads.js';
import type { Registry } from './registry.js';

/** The read store is at work for another ledger: two ledgers would set each other's read models aside, for ever. */
export class ReadStoreTaken extends Error {
  readonly code = 'READ_STORE_TAKEN';
  constructor(owner: string, holders: readonly string[]) {
    super(
      `the read store belongs to ledger ${owner}, whose projector is at work (${holders.join(', ')}); stop it, or use another database`,
    );
  }
}

/**
 * Makes sure that the read models are this log's: those of another ledger, of a log that was longer (a restored backup) or that went
 * another way are set aside, with one line that says so, and are built anew.
 *
 * @throws ReadStoreTaken where a projector of another ledger is at work on it
 */
export async function ownLedger(
  log: EventLog,
  { registry, leases, holds }: { registry: Registry; leases: Leases; holds: boolean },
  ledgerId: string,
  logger: { warn(figures: object, message: string): void },
): Promise<void> {
  const owner = await registry.ledgerId();
  if (owner === null) return void (await registry.beginAnew(ledgerId, owner));
  const others = owner === ledgerId ? [] : await leases.others();
  if (others.length > 0) throw new ReadStoreTaken(owner, others);
  if (!holds) return;
  const why = owner === ledgerId ? await disagreement(log, registry) : 'they belong to another ledger';
  if (!why) return;
  const aside = await registry.beginAnew(ledgerId, owner);
  logger.warn({ why, aside }, `the read models are set aside and built anew: ${why}`);
}

/** Compares the furthest build's last event with the log: null where it is there. */
async function disagreement(log: EventLog, registry: Registry): Promise<string | null> {
  const known = (await registry.builds())
    .flatMap(({ lastEvent }) => (lastEvent ? [{ ...lastEvent, position: BigInt(lastEvent.position) }] : []))
    .reduce<{ position: bigint; id: string } | null>((a, b) => (a && a.position >= b.position ? a : b), null);
  if (!known) return null;
  const end = await lastEventOf(log);
  if (!end || end.position < known.position) return 'they are ahead of the log';
  return (await eventAt(log, known.position))?.id === known.id ? null : 'the log has another history';
}
