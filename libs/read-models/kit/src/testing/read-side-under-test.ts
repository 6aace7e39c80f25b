import { randomUUID } from 'node:crypto';
import { InMemoryEventLog, LedgerKey, openLedger, type AnyEvent, type EventMetadata } from '@mo-ledger/event-sourcing';
import { createService } from '@mo-ledger/http';
import { ProjectionCommands, ProjectionRunner, type Projection } from '@mo-ledger/projections';
import type { ReadStore } from '@mo-ledger/read-store';
import type { DynamicModule, Type } from '@nestjs/common';
import { readSideProblems } from '../known-problems.js';
import { ReadSideModule } from '../read-side.module.js';

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** What came, where it is JSON; a spec looks into it as it expects it to be. */
  readonly json: never;
}

/** The read side as it runs, over a log in memory: a runner, the modules' controllers on a port, and a client. */
export interface ReadSideUnderTest {
  readonly log: InMemoryEventLog;
  readonly url: string;
  /** Appends to a stream, whatever it holds, and returns the position. */
  append(stream: string, events: readonly AnyEvent[], metadata?: Partial<EventMetadata>): Promise<bigint>;
  /** GET; waits for everything that was appended. */
  get(path: string): Promise<Answer>;
  stop(): Promise<void>;
}

class UnderTestModule {}

export async function startReadSide(
  store: ReadStore,
  main: Projection,
  projections: readonly Projection[],
  modules: readonly (Type | DynamicModule)[],
): Promise<ReadSideUnderTest> {
  const log = new InMemoryEventLog(() => new Date());
  await openLedger(log, new LedgerKey('ab'.repeat(32)), randomUUID(), 'spec');
  const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const runner = new ProjectionRunner({ log, store, projections, logger });
  runner.start();
  const { advanced } = runner;
  const commands = new ProjectionCommands(projections, store, () => runner.look());
  const statuses = async () => runner.status();
  const service = await createService({
    name: 'spec',
    logLevel: 'error',
    knownProblems: readSideProblems,
    module: {
      module: UnderTestModule,
      imports: [ReadSideModule.register({ store, main, advanced, statuses, commands }), ...modules],
    },
  });
  const url = await service.listen('127.0.0.1', 0);
  let position = log.events.at(-1)?.position ?? 0n;
  return {
    log,
    url,
    append: async (stream, events, metadata = {}) => {
      const revision = log.events.findLast((event) => event.stream === stream)?.revision ?? 'no_stream';
      const all = { $correlationId: stream, $causationId: stream, recordedBy: 'spec', schemaVersion: 1, ...metadata };
      const added = events.map((event) => ({ id: randomUUID(), event, metadata: all }));
      ({ position } = await log.append(stream, added, revision));
      return position;
    },
    get: async (path) => {
      let answer = await fetch(url + path, { headers: { 'ledger-after': String(position) } });
      // A busy machine may need longer than a reader waits.
      while (answer.status === 504) answer = await fetch(url + path, { headers: { 'ledger-after': String(position) } });
      const text = await answer.text();
      const isJson = /json/.test(answer.headers.get('content-type') ?? '');
      return { status: answer.status, text, json: (isJson ? JSON.parse(text) : undefined) as never };
    },
    stop: async () => {
      await service.close();
      await runner.stop();
    },
  };
}
