// The front of a machine: it receives posts and takes commands, with the embedded event store in a thread of its own.
import { resolve } from 'node:path';
import { tell } from '@mo-ledger/http/child-process';
import { startProgram } from '@mo-ledger/http/settings';
import { readConfiguration } from './configuration.js';
import { openEventStore } from './embedded-events.js';

await startProgram(async () => {
  const configuration = readConfiguration();
  const { eventStoreUrl } = configuration;
  // The event store opens while this thread loads the rest; the back waits for it.
  const eventStore = eventStoreUrl ? null : openEventStore(resolve(configuration.dataDir));
  if (eventStoreUrl) tell({ eventStore: eventStoreUrl });
  eventStore?.then(({ url }) => tell({ eventStore: url })).catch(() => undefined);
  const { runFront } = await import('./front.js');
  await runFront(configuration, await eventStore);
});
