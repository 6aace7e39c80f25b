// The front of a machine: it receives posts and takes commands, with the embedded event store in a thread of its own.
import { resolve } from 'node:path';
import { startProgram } from '@mo-ledger/http/settings';
import { readConfiguration } from './configuration.js';
import { openEventStore } from './embedded-events.js';

await startProgram(async () => {
  const configuration = readConfiguration();
  // The event store opens while this thread loads the rest.
  const eventStore = configuration.eventStoreUrl ? null : openEventStore(resolve(configuration.dataDir));
  eventStore?.catch(() => undefined);
  const { runFront } = await import('./front.js');
  await runFront(configuration, await eventStore);
});
