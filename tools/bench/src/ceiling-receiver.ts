// The receiver itself, which decodes and validates each post, over an event log that answers at once and stores nothing.
import { LedgerKey } from '@mo-ledger/event-sourcing';
import { AddressRanges, announce, createService, stopInOrder } from '@mo-ledger/http';
import { InboundModule } from '@mo-ledger/inbound';
import { kaleyra } from '@mo-ledger/kaleyra';
import { nullEventLog } from './null-event-log.js';

const module = InboundModule.register({
  log: nullEventLog(),
  ledgerKey: new LedgerKey('0'.repeat(64)),
  gateway: kaleyra,
  retryMinutes: [1],
  sources: new AddressRanges('127.0.0.0/8'),
  trustedProxies: new AddressRanges(''),
});
const service = await createService({ name: 'ceiling', logLevel: 'error', module });
stopInOrder(() => service.close());
announce(await service.listen('127.0.0.1', 0));
