// The back of a machine: it routes messages, builds the read models and answers queries.
import { join } from 'node:path';
import { LedgerKey, openInBackground } from '@mo-ledger/event-sourcing';
import { connectEventLog } from '@mo-ledger/event-store';
import {
  announce,
  createLogger,
  createService,
  partOf,
  startProgram,
  stopInOrder,
  tellIfRefused,
  whenTold,
} from '@mo-ledger/http';
import { createProjector, observeProjections, readSideProblems } from '@mo-ledger/read-side';
import { EmbeddedPostgres, openReadStore, problemOf } from '@mo-ledger/read-store';
import { BackModule } from './back.module.js';
import { readConfiguration } from './configuration.js';
import { giveWay } from './give-way.js';

await startProgram(async () => {
  const { database, dataDir, projectorName, ledgerKey, logLevel, host, port, ...configuration } = readConfiguration();
  const logger = createLogger('back', logLevel);
  const postgres = database.url
    ? null
    : new EmbeddedPostgres({ dir: join(dataDir, 'read-models'), notice: (line) => logger.warn(line) });
  let stop = async (): Promise<void> => postgres?.stop();
  stopInOrder(() => stop());
  postgres?.start();
  const store = openReadStore({ ...database, url: postgres?.url ?? database.url ?? '' });

  const url = configuration.eventStoreUrl ?? (await eventStoreOfTheFront());
  // The supervisor has made a key where there was none.
  const key = new LedgerKey(ledgerKey ?? '');
  const { log, opened } = openInBackground(connectEventLog({ url }), key, 'back');
  opened.catch(tellIfRefused);
  const projector = createProjector(log, store, logger, { name: projectorName ?? 'standalone' });
  const service = await createService({
    name: 'back',
    logLevel,
    knownProblems: readSideProblems,
    module: BackModule.register(store, projector, log, key),
  });
  service.health.add(() => ({ name: 'back', ok: true, pid: process.pid }), false);
  service.health.add(
    async () => partOf('PostgreSQL', postgres?.problem ?? (await problemOf(store)), postgres?.pid),
    false,
  );
  observeProjections(service, () => projector.status(), configuration.maxLagSeconds);
  stop = async () => {
    await service.close();
    await projector.stop();
    await log.close();
    await store.close();
    await postgres?.stop();
  };
  announce(await service.listen(host, port));
  await postgres?.serving();
  projector.start();
  // Recording never waits for deciding: routing and reading may lag behind a burst of posts. Only their start may not.
  for (const pid of [process.pid, postgres?.pid]) if (pid) giveWay(pid);
});

/** The address of the front's event store, as soon as it is open. */
function eventStoreOfTheFront(): Promise<string> {
  return new Promise((resolve) =>
    whenTold((message) => {
      if ('eventStore' in message) resolve(message.eventStore);
    }),
  );
}
