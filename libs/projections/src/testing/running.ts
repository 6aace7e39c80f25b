import { randomUUID } from 'node:crypto';
import { InMemoryEventLog, LedgerKey, openLedger, type AnyEvent, type EventMetadata } from '@mo-ledger/event-sourcing';
import type { ReadStore } from '@mo-ledger/read-store';
import { ProjectionCommands } from '../commands.js';
import type { Projection } from '../define-projection.js';
import { LedgerAfter } from '../ledger-after.js';
import { ProjectionRunner, type RunnerOptions } from '../runner.js';
import type { ProjectionStatus } from '../status.js';

const key = new LedgerKey('ab'.repeat(32));
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Far more than any machine needs; a spec that waits for what never comes ends with what there is. */
const MOST_LOOKS = 2_000;

/** A log that a ledger was opened on. */
export async function openedLog(): Promise<InMemoryEventLog> {
  const log = new InMemoryEventLog(() => new Date());
  await openLedger(log, key, randomUUID(), 'spec');
  return log;
}

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
export interface Running {
  readonly runner: ProjectionRunner;
  readonly commands: ProjectionCommands;
  readonly after: LedgerAfter;
  status(name: string): ProjectionStatus;
  /** Resolves once what a projection says of itself is as it should be. */
  until(name: string, isSo: (status: ProjectionStatus) => boolean): Promise<ProjectionStatus>;
}

/** @param projections the first one is the one that knows what is pending, where any does */
export function run(
  log: RunnerOptions['log'],
  store: ReadStore,
  projections: readonly Projection[],
  options: Partial<RunnerOptions> = {},
): Running {
  const runner = new ProjectionRunner({
    log,
    store,
    projections,
    logger: silent,
    batchSize: 3,
    bulkSize: 7,
    ...options,
  });
  runner.start();
  const main = projections.find(({ pending }) => pending) ?? projections[0];
  if (!main) throw new Error('there is no projection');
  const withPending = { ...main, pending: main.pending ?? { table: '', column: '' } };
  const status = (name: string): ProjectionStatus => {
    const found = runner.status().find((one) => one.name === name);
    if (!found) throw new Error(`there is no projection ${name}`);
    return found;
  };
  return {
    ...{ runner, status, after: new LedgerAfter(store, withPending, runner.advanced) },
    commands: new ProjectionCommands(projections, store, () => runner.look()),
    until: async (name, isSo) => {
      for (let looks = 0; looks < MOST_LOOKS; looks++) {
        const found = status(name);
        if (isSo(found)) return found;
        await runner.advanced.wait(20);
      }
      throw new Error(`it never was as it should be: ${JSON.stringify(status(name))}`);
    },
  };
}
