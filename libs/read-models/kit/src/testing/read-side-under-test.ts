import type { AnyEvent, EventMetadata, InMemoryEventLog } from '@mo-ledger/event-sourcing';
import { createService } from '@mo-ledger/http';
import type { Projection } from '@mo-ledger/projections';
import { append, openedLog, run } from '@mo-ledger/projections/testing';
import type { ReadStore } from '@mo-ledger/read-store';
import type { DynamicModule, Type } from '@nestjs/common';
import { readSideProblems } from '../known-problems.js';
import { ReadSideModule } from '../read-side.module.js';

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  /** What came, where it is JSON; a spec looks into it as it expects it to be. */
  readonly json: never;
}

/** The read side as it runs, over a log in memory: a runner, the modules' controllers on a port, and a client. */
export interface ReadSideUnderTest {
  readonly url: string;
  /** Appends to a stream, whatever it holds, and returns the position. */
  append(stream: string, events: readonly AnyEvent[], metadata?: Partial<EventMetadata>): Promise<bigint>;
  /** GET; waits for everything that was appended. */
  get(path: string): Promise<Answer>;
  stop(): Promise<void>;
}

class UnderTestModule {}

/** @param given by default a log on which a ledger was just opened: then every read model serves when this resolves */
export async function startReadSide(
  store: ReadStore,
  main: Projection,
  projections: readonly Projection[],
  modules: readonly (Type | DynamicModule)[],
  given?: InMemoryEventLog,
): Promise<ReadSideUnderTest> {
  const log = given ?? (await openedLog());
  const { runner, commands, until } = run(log, store, projections, { batchSize: 2_000, bulkSize: 5_000 });
  const { advanced } = runner;
  const statuses = () => runner.status();
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
  if (!given) for (const { name } of projections) await until(name, ({ state }) => state === 'LIVE');
  let position = log.events.at(-1)?.position ?? 0n;
  const ask = (path: string) => fetch(url + path, { headers: { 'ledger-after': String(position) } });
  return {
    url,
    append: async (stream, events, metadata = {}) => {
      ({ position } = await append(log, events, stream, metadata));
      return position;
    },
    get: async (path) => {
      let answer = await ask(path);
      // A busy machine may need longer than a reader waits.
      while (answer.status === 504) answer = await ask(path);
      const { status, headers } = answer;
      const text = await answer.text();
      const isJson = /json/.test(headers.get('content-type') ?? '');
      return { status, headers, text, json: (isJson ? JSON.parse(text) : undefined) as never };
    },
    stop: async () => {
      await service.close();
      await runner.stop();
    },
  };
}
