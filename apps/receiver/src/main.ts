import { randomUUID } from 'node:crypto';
import { openLedger } from '@mo-ledger/event-sourcing';
import { connectEventLog } from '@mo-ledger/event-store';
import { announce, createService, startProgram, stopInOrder } from '@mo-ledger/http';
import { withInbound } from '@mo-ledger/inbound';
import { readConfiguration } from './configuration.js';
import { ReceiverModule } from './receiver.module.js';

await startProgram(async () => {
  const configuration = readConfiguration();
  const { eventStoreUrl, ledgerKey, logLevel, host, port } = configuration;
  const log = connectEventLog({ url: eventStoreUrl });
  await openLedger(log, ledgerKey, randomUUID(), 'receiver');
  const service = await createService({
    ...{ name: 'receiver', logLevel, module: ReceiverModule.register(log, configuration), describe: withInbound },
  });
  stopInOrder(async () => {
    await service.close();
    await log.close();
  });
  const url = await service.listen(host, port);
  announce(url);
  console.log(`receiver: listening on ${url}`);
});
