import { startEventStore } from './index.js';
import { parseArguments } from './cli/arguments.js';

const { dir, port, host } = parseArguments(process.argv);
const store = await startEventStore({ dir, port, host });
console.log(`listening on ${host}:${store.port}, events in ${dir}`);

const stop = async (): Promise<void> => {
  await store.close();
  process.exit(0);
};
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop());
if (process.connected) process.once('disconnect', () => void stop());
