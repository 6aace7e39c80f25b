// One rebuild, or one read of the log, in a process of its own: nothing else takes its time or counts in its memory.
import { connectEventLog } from '@mo-ledger/event-store';
import type { EventLog } from '@mo-ledger/event-sourcing';
import { ProjectionRunner, type ProjectionStatus } from '@mo-ledger/projections';
import { projections } from '@mo-ledger/read-side';
import { openReadStore } from '@mo-ledger/read-store';
import { recordedMessages } from '../emmett/recorded-messages.projection.js';
import type { Done, Job } from './job.js';

const known = [...projections, recordedMessages];
const SAMPLE_MS = 50;
const resident = (): number => process.memoryUsage.rss();
const secondsSince = (begun: number): number => (performance.now() - begun) / 1_000;
const quiet = { info: () => undefined, warn: console.error, error: console.error };

/** Reads as a rebuild does: by a subscription. */
async function read(log: EventLog, until: bigint): Promise<number> {
  const begun = performance.now();
  const over = new AbortController();
  for await (const delivery of log.subscribe({ after: 'start', signal: over.signal })) {
    if (delivery.kind === 'caught-up') break;
    if (delivery.kind === 'event' && delivery.event.position >= until) break;
  }
  const seconds = secondsSince(begun);
  over.abort();
  return seconds;
}

async function build(log: EventLog, until: bigint, { database, names }: NonNullable<Job['build']>): Promise<number> {
  const store = openReadStore({ url: database });
  const wanted = known.filter(({ name }) => names.includes(name));
  const runner = new ProjectionRunner({ log, store, projections: wanted, logger: quiet });
  const begun = performance.now();
  runner.start();
  for (;;) {
    await runner.advanced.wait(SAMPLE_MS);
    const statuses = await runner.status();
    const stopped = statuses.find(({ state }) => state === 'STOPPED');
    if (stopped) throw new Error(`${stopped.name} has stopped: ${stopped.lastError}`);
    if (statuses.every((status) => serves(status, until))) break;
  }
  const seconds = secondsSince(begun);
  await runner.stop();
  await store.close();
  return seconds;
}

/** Only a build that has its indexes serves. */
const serves = ({ builds }: ProjectionStatus, until: bigint): boolean =>
  builds.some(({ state, position }) => state === 'SERVING' && BigInt(position ?? -1) >= until);

process.once('message', async (job: Job) => {
  const log = connectEventLog({ url: job.eventStoreUrl });
  // Connects, and loads the code.
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
// Without its parent, nobody reads the result.
process.once('disconnect', () => process.exit(1));
