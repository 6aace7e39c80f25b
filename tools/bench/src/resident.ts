import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { ServerProcess } from './server-process.js';

/** Megabytes of each process of a ledger, by its name. */
export interface Resident {
  readonly byProcess: ReadonlyMap<string, number>;
  readonly total: number;
  /** What several processes share is counted once; null where the system does not tell. */
  readonly shared: number | null;
}

const run = promisify(execFile);

/** How much memory the processes of a ledger have now. */
export async function residentOf({ url, pid }: ServerProcess): Promise<Resident> {
  const health = (await (await fetch(`${url}/health`)).json()) as { parts: { name: string; pid?: number }[] };
  const parts = health.parts.flatMap(({ name, pid: own }) => (own === undefined ? [] : [{ name, pid: own }]));
  const all = [{ name: 'standalone', pid }, ...parts];
  const byProcess = new Map<string, number>();
  const proportional: (number | null)[] = [];
  for (const one of all) {
    const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(one.pid)]);
    byProcess.set(one.name, (Number(stdout) * 1024) / 1e6);
    const rollup = await readFile(`/proc/${one.pid}/smaps_rollup`, 'utf8').catch(() => '');
    const pss = /^Pss:\s+(\d+) kB/m.exec(rollup)?.[1];
    proportional.push(pss === undefined ? null : (Number(pss) * 1024) / 1e6);
  }
  return {
    byProcess,
    total: [...byProcess.values()].reduce((sum, megabytes) => sum + megabytes, 0),
    shared: proportional.reduce((sum, megabytes) => (sum === null || megabytes === null ? null : sum + megabytes), 0),
  };
}
