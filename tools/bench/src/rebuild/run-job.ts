import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Databases } from '../databases.js';
import type { Done, Job } from './job.js';

/** A log, up to one of its events. */
export interface Source {
  readonly eventStoreUrl: string;
  readonly position: bigint;
}

/** Reads the log in a process of its own. */
export const readAlone = (source: Source): Promise<Done> => run(source, null);

/** Builds projections from the log, in a process of its own and an empty database. */
export async function rebuildIn(databases: Databases, projections: readonly string[], source: Source): Promise<Done> {
  const database = await databases.create();
  try {
    return await run(source, { database, names: projections });
  } finally {
    await databases.drop(database);
  }
}

function run({ eventStoreUrl, position }: Source, build: Job['build']): Promise<Done> {
  const child = fork(join(import.meta.dirname, 'job.main.js'));
  const job: Job = { eventStoreUrl, until: String(position), build };
  return new Promise((resolve, reject) => {
    let done: Done | null = null;
    child.once('message', (message) => (done = message as Done));
    child.once('exit', (code) => (done ? resolve(done) : reject(new Error(`the rebuild ended with ${code}`))));
    child.send(job);
  });
}
