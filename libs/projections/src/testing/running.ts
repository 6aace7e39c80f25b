import { randomUUID } from 'node:crypto';
import { LedgerKey, openLedger, type AnyEvent, type EventMetadata } from '@mo-ledger/event-sourcing';
import type { InMemoryEventLog } from '@mo-ledger/event-sourcing';
import type { ReadStore } from '@mo-ledger/read-store';
import { ProjectionCommands } from '../commands.js';
import type { Projection } from '../define-projection.js';
import { LedgerAfter } from '../ledger-after.js';
import { ProjectionRunner, type RunnerOptions } from '../runner.js';
import type { ProjectionStatus } from '../status.js';
import { HeldEventLog } from './held-event-log.js';
import { until } from './until.js';

const key = new LedgerKey('ab'.repeat(32));
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A log that a ledger was opened on. */
export async function openedLog(ledgerId: string = randomUUID()): Promise<HeldEventLog> {
  const log = new HeldEventLog(() => new Date());
  await openLedger(log, key, ledgerId, 'spec');
  return log;
}

/** Whether what is read shows everything up to a position. */
export const showing =
  (position: bigint) =>
  (status: ProjectionStatus): boolean =>
    status.builds.some(({ state }) => state === 'SERVING') && BigInt(status.position ?? -1) >= position;

/** Appends to a stream, by default one of its own, whatever it holds. */
export function append(
  log: InMemoryEventLog,
  events: AnyEvent | readonly AnyEvent[],
  stream = `stream-${randomUUID()}`,
  about: Partial<EventMetadata> = {},
) {
  const metadata = { $correlationId: stream, $causationId: stream, recordedBy: 'spec', schemaVersion: 1, ...about };
  const revision = log.events.findLast((event) => event.stream === stream)?.revision ?? 'no_stream';
  const added = [events].flat().map((event) => ({ id: randomUUID(), event, metadata }));
  return log.append(stream, added, revision);
}

/** A runner at work on a log, what can be asked of it, and what waits for it. */
export type Running = ReturnType<typeof run>;

/** @param projections the first one is the one that knows what is pending, where any does */
export function run(
  log: RunnerOptions['log'],
  store: ReadStore,
  projections: readonly Projection[],
  options: Partial<RunnerOptions> = {},
) {
  const small = { batchSize: 3, bulkSize: 7 };
  const runner = new ProjectionRunner({ log, store, projections, logger: silent, ...small, ...options });
  runner.start();
  const main = projections.find(({ pending }) => pending) ?? projections[0];
  if (!main) throw new Error('there is no projection');
  /** Lets the runner look around, too: nobody waits for its next look, a second later. */
  const status = async (name: string): Promise<ProjectionStatus> => {
    runner.look();
    const found = (await runner.status()).find((one) => one.name === name);
    if (!found) throw new Error(`there is no projection ${name}`);
    return found;
  };
  return {
    runner,
    status,
    after: new LedgerAfter(store, main, runner.advanced),
    commands: new ProjectionCommands(projections, store, () => runner.look()),
    /** Resolves once the status of a projection is as it should be. */
    until: (name: string, isSo: (status: ProjectionStatus) => boolean) =>
      until(`${name} is as it should be`, () => status(name), isSo),
  };
}
