// One rebuild, or one read of the log, in a process of its own: nothing else is in its way or in its memory.
import { connectEventLog } from '@mo-ledger/event-store';
import type { EventLog } from '@mo-ledger/event-sourcing';
import { ProjectionRunner } from '@mo-ledger/projections';
import { projections } from '@mo-ledger/read-side';
import { openReadStore } from '@mo-ledger/read-store';
import { recordedMessages } from '../emmett/recorded-messages.projection.js';
import type { Done, Job } from './job.js';

const known = [...projections, recordedMessages];
const SAMPLE_MS = 50;
const resident = (): number => process.memoryUsage.rss();
const quiet = { info: () => undefined, warn: console.error, error: console.error };

async function read(log: EventLog, until: bigint): Promise<number> {
  const begun = performance.now();
  for await (const { position } of log.readAll()) if (position >= until) break;
  return (performance.now() - begun) / 1_000;
}

async function build(
  log: EventLog,
  until: bigint,
  { database, projections: names }: NonNullable<Job['build']>,
): Promise<number> {
  const store = await openReadStore(database);
  const wanted = known.filter(({ name }) => names.includes(name));
  const runner = new ProjectionRunner({ log, store, projections: wanted, logger: quiet });
  const begun = performance.now();
  runner.start();
  for (;;) {
    await runner.advanced.wait(SAMPLE_MS);
    const statuses = runner.status();
    const stopped = statuses.find(({ state }) => state === 'STOPPED');
    if (stopped) throw new Error(`${stopped.name} has stopped: ${stopped.lastError}`);
    if (statuses.every(({ position }) => position !== null && BigInt(position) >= until)) break;
  }
  const seconds = (performance.now() - begun) / 1_000;
  await runner.stop();
  await store.close();
  return seconds;
}

process.once('message', async (job: Job) => {
  const log = connectEventLog({ url: job.eventStoreUrl });
  // Connected, and with the code loaded.
  for await (const _ of log.readAll({ limit: 1_000 }));
  const before = resident();
  let most = before;
  const sampling = setInterval(() => (most = Math.max(most, resident())), SAMPLE_MS);
  const until = BigInt(job.until);
  const seconds = job.build ? await build(log, until, job.build) : await read(log, until);
  clearInterval(sampling);
  const done: Done = { seconds, memory: { before, most, after: resident() } };
  await log.close();
  process.send?.(done, () => process.exit(0));
});
// Nobody is left to tell.
process.once('disconnect', () => process.exit(1));
