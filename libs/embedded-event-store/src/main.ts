import { parseArguments } from './cli/arguments.js';
import type { Task } from './cli/arguments.js';
import { startEventStore } from './index.js';
import type { EventStoreOptions } from './index.js';
import { backup } from './storage/backup.js';
import { check } from './storage/check.js';
import { messageOf } from './storage/message-of.js';

const serve = async (options: EventStoreOptions): Promise<void> => {
  const started = performance.now();
  const store = await startEventStore(options);
  const metrics = store.metricsPort === undefined ? '' : `, metrics on port ${store.metricsPort}`;
  const took = Math.round(performance.now() - started);
  console.log(`listening on ${options.host}:${store.port}, events in ${options.dir}${metrics} (ready in ${took} ms)`);
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    await store.close();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop());
  // A supervisor that is gone cannot stop its children any more.
  if (process.connected) process.once('disconnect', () => void stop());
};

const run = async (task: Task): Promise<void> => {
  if (task.kind === 'serve') return serve(task.options);
  if (task.kind === 'backup') {
    backup(task.dir, task.to);
    console.log(`copied ${task.dir} to ${task.to}`);
    return;
  }
  const result = check(task.dir);
  if (result.ok) {
    console.log(`ok: ${result.events} events in ${result.streams} streams, up to position ${result.end}`);
    return;
  }
  console.log(`damaged: ${result.problem}`);
  process.exitCode = 1;
};

try {
  await run(parseArguments(process.argv));
} catch (error) {
  console.error(messageOf(error));
  process.exit(1);
}
