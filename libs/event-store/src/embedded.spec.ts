import { eventLogContract } from '@mo-ledger/event-sourcing/contract';
import { connectEventLog } from './index.js';
import { TestEventStore } from './testing/test-event-store.js';

describe('the event log over the embedded server', () => {
  eventLogContract(async () => {
    const store = await TestEventStore.start();
    const log = connectEventLog({ url: store.url });
    return {
      log,
      close: async () => {
        await log.close();
        await store.remove();
      },
    };
  });
});
