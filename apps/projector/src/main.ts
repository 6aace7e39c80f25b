import { connectEventLog } from '@mo-ledger/event-store';
import { announce, createLogger, createService, startProgram, stopInOrder } from '@mo-ledger/http';
import { createProjector, observeProjections, ProjectorModule, readSideProblems } from '@mo-ledger/read-side';
import { openReadStore } from '@mo-ledger/read-store';
import { readConfiguration } from './configuration.js';

await startProgram(async () => {
  const { eventStoreUrl, database, projectorName: name, leaseSeconds, logLevel, host, port } = readConfiguration();
  const logger = createLogger('projector', logLevel);
  const store = openReadStore(database);
  const log = connectEventLog({ url: eventStoreUrl });
  const projector = createProjector(log, store, logger, { leaseSeconds, ...(name ? { name } : {}) });
  const service = await createService({
    name: 'projector',
    logLevel,
    knownProblems: readSideProblems,
    module: ProjectorModule.register(store, projector, log),
  });
  observeProjections(service, () => projector.status());
  stopInOrder(async () => {
    await service.close();
    await projector.stop();
    await log.close();
    await store.close();
  });
  projector.start();
  const url = await service.listen(host, port);
  announce(url);
  console.log(`projector: listening on ${url}`);
});
