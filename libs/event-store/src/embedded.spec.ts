import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEventStore } from '@mo-ledger/embedded-event-store';
import { eventLogContract } from '@mo-ledger/event-sourcing/contract';
import { connectEventLog } from './index.js';

describe('the event log over the embedded server', () => {
  eventLogContract(async () => {
    const dir = await mkdtemp(join(tmpdir(), 'mo-ledger-'));
    const server = await startEventStore({ dir, port: 0 });
    const log = connectEventLog({ url: server.url });
    return {
      log,
      close: async () => {
        await log.close();
        await server.close();
        await rm(dir, { recursive: true });
      },
    };
  });
});
