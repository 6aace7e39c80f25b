import { start, type Child } from './event-store/child.js';

const embedded = new URL('./main.js', import.meta.resolve('@mo-ledger/embedded-event-store'));

/** Starts the embedded event store in a process of its own. */
export const startEventStore = async (dir: string): Promise<Child & { readonly url: string }> => {
  const child = await start(embedded, ['--port', '0', '--dir', dir]);
  return { ...child, url: `esdb://127.0.0.1:${child.port}?tls=false` };
};
