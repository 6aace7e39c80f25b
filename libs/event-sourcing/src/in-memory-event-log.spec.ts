import { eventLogContract } from './event-log.contract.js';
import { InMemoryEventLog } from './in-memory-event-log.js';

describe('the event log of the specs', () => {
  eventLogContract(async () => {
    const log = new InMemoryEventLog();
    return { log, close: () => log.close() };
  });
});
