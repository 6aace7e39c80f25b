import { announce, createService, startProgram, stopInOrder } from '@mo-ledger/http';
import { observeProjections, ReadApiModule, readSideProblems, statusesIn } from '@mo-ledger/read-side';
import { openReadStore } from '@mo-ledger/read-store';
import { readConfiguration } from './configuration.js';

await startProgram(async () => {
  const { database, maxLagSeconds, logLevel, host, port } = readConfiguration();
  const store = openReadStore(database);
  const statuses = statusesIn(store);
  const service = await createService({
    name: 'read-api',
    logLevel,
    module: ReadApiModule.register(store, null, statuses),
    knownProblems: readSideProblems,
  });
  observeProjections(service, statuses, maxLagSeconds);
  stopInOrder(async () => {
    await service.close();
    await store.close();
  });
  const url = await service.listen(host, port);
  announce(url);
  console.log(`read-api: listening on ${url}`);
});
