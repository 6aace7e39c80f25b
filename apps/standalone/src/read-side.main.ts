// The read side of a machine in one process: the projections and the queries, since PGlite serves one process only.
import { join } from 'node:path';
import { connectEventLog } from '@mo-ledger/event-store';
import { announce, createLogger, createService, startProgram, stopInOrder } from '@mo-ledger/http';
import { createProjector, observeProjections, readSideProblems, WholeReadSideModule } from '@mo-ledger/read-side';
import { openReadStore } from '@mo-ledger/read-store';
import { readConfiguration } from './configuration.js';

await startProgram(async () => {
  const { eventStoreUrl, database, dataDir, projectorName: name, logLevel, host, port } = readConfiguration();
  const logger = createLogger('read-side', logLevel);
  const store = await openReadStore({
    ...{ ...database, dir: join(dataDir, 'read-models') },
    onSetAside: (dir, movedTo) => logger.warn(`${dir} cannot be opened: it is kept as ${movedTo} and built anew`),
  });
  // The process that started this one gives it the address, of the embedded event store too.
  const log = connectEventLog({ url: eventStoreUrl ?? '' });
  const projector = createProjector(log, store, logger, name ? { name } : {});
  const statuses = async () => projector.status();
  const service = await createService({
    ...{ name: 'read-side', logLevel, knownProblems: readSideProblems },
    module: WholeReadSideModule.register(store, projector, log),
  });
  observeProjections(service, statuses);
  stopInOrder(async () => {
    await service.close();
    await projector.stop();
    await log.close();
    await store.close();
  });
  projector.start();
  announce(await service.listen(host, port));
});
