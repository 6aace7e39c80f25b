import { randomUUID } from 'node:crypto';
import { adminProblems } from '@mo-ledger/admin';
import { openLedger } from '@mo-ledger/event-sourcing';
import { connectEventLog } from '@mo-ledger/event-store';
import { announce, createService, startProgram, stopInOrder } from '@mo-ledger/http';
import { AdminApiModule } from './admin-api.module.js';
import { readConfiguration } from './configuration.js';

await startProgram(async () => {
  const configuration = readConfiguration();
  const { eventStoreUrl, ledgerKey, logLevel, host, port } = configuration;
  const log = connectEventLog({ url: eventStoreUrl });
  await openLedger(log, ledgerKey, randomUUID(), 'admin-api');
  const module = AdminApiModule.register(log, configuration);
  const service = await createService({ name: 'admin-api', logLevel, module, knownProblems: adminProblems });
  stopInOrder(async () => {
    await service.close();
    await log.close();
  });
  const url = await service.listen(host, port);
  announce(url);
  console.log(`admin-api: listening on ${url}`);
});
