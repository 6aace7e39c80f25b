import { auditTrail, AuditTrailReadModelModule } from '@mo-ledger/audit-trail';
import type { Recorded } from '@mo-ledger/event-sourcing';
import { createService } from '@mo-ledger/http';
import { messages } from '@mo-ledger/messages-read-model';
import { Build, ParkedEvents, ProjectionCommands, Registry } from '@mo-ledger/projections';
import { ReadSideModule, readSideProblems } from '@mo-ledger/read-model-kit';
import { openReadStore, sql } from '@mo-ledger/read-store';
import type { Databases } from '../databases.js';
import { attempts } from './attempts.js';

/** A read API over a trail of delivery attempts. */
export interface Trail {
  readonly url: string;
  readonly attempts: number;
  readonly projectedPerSecond: number;
  close(): Promise<void>;
}

const BATCH = 1_000;
class TrailModule {}

/** Projects a generated log into a database of its own, and serves it. */
export async function openTrail(count: number, databases: Databases): Promise<Trail> {
  const database = await databases.create();
  const store = openReadStore({ url: database });
  const registry = new Registry(store);
  await registry.migrate();
  const [record] = await registry.open(auditTrail);
  if (!record) throw new Error('there is no build');
  const build = await Build.open(auditTrail, record, { store, registry, parked: new ParkedEvents(store) });
  const begun = performance.now();
  let batch: Recorded[] = [];
  const flush = async () => {
    const last = batch.at(-1);
    if (last) await build.apply(batch, last.position, new AbortController().signal);
    batch = [];
  };
  for (const event of attempts(count)) if (batch.push(event) >= BATCH) await flush();
  await flush();
  await build.index();
  if (build.lastError) throw new Error(build.lastError);
  const seconds = (performance.now() - begun) / 1_000;
  await sql`vacuum (analyze)`.execute(store.db);

  const shared = ReadSideModule.register({
    store,
    main: messages,
    advanced: null,
    statuses: async () => [],
    commands: new ProjectionCommands([auditTrail], store),
  });
  const service = await createService({
    name: 'bench',
    logLevel: 'error',
    knownProblems: readSideProblems,
    module: { module: TrailModule, imports: [shared, AuditTrailReadModelModule] },
  });
  return {
    url: await service.listen('127.0.0.1', 0),
    attempts: count,
    projectedPerSecond: count / seconds,
    close: async () => {
      await service.close();
      await store.close();
      await databases.drop(database);
    },
  };
}
