import { randomUUID } from 'node:crypto';
import { openLedger } from '@mo-ledger/event-sourcing';
import { connectEventLog } from '@mo-ledger/event-store';
import { announce, createService, startProgram, stopInOrder } from '@mo-ledger/http';
import { readConfiguration } from './configuration.js';
import { KeywordRouterModule } from './keyword-router.module.js';

await startProgram(async () => {
  const configuration = readConfiguration();
  const { eventStoreUrl, ledgerKey, logLevel, host, port } = configuration;
  const log = connectEventLog({ url: eventStoreUrl });
  await openLedger(log, ledgerKey, randomUUID(), 'keyword-router');
  const module = KeywordRouterModule.register(log, configuration);
  const service = await createService({ name: 'keyword-router', logLevel, module });
  stopInOrder(async () => {
    await service.close();
    await log.close();
  });
  const url = await service.listen(host, port);
  announce(url);
  console.log(`keyword-router: listening on ${url}`);
});
