import { readdir, readFile } from 'node:fs/promises';
import type { ServerProcess } from './server-process.js';

/** The memory of one or several processes, in megabytes. */
export interface Memory {
  /** The proportional set size: memory that processes share is divided among them, so sizes may be added up. */
  readonly proportional: number;
  /** The resident set size: memory that processes share counts in each of them. */
  readonly resident: number;
}

/** The memory of a running ledger. */
export interface LedgerMemory {
  /** Each Node process by its name; the one that starts the others is the `supervisor`. */
  readonly node: ReadonlyMap<string, Memory>;
  /** All processes of the embedded PostgreSQL together; null where the ledger uses another one. */
  readonly postgres: Memory | null;
}

/** Reads the memory of all processes of a ledger from `/proc`, which only Linux has. */
export async function memoryOf({ url, pid }: ServerProcess): Promise<LedgerMemory> {
  const health = (await (await fetch(`${url}/health`)).json()) as { parts: { name: string; pid?: number }[] };
  const node = new Map([['supervisor', await memoryOfProcess(pid)]]);
  let postgres: Memory | null = null;
  for (const part of health.parts) {
    if (part.pid === undefined) continue;
    if (part.name === 'PostgreSQL')
      postgres = sum(await Promise.all((await withChildren(part.pid)).map(memoryOfProcess)));
    else node.set(part.name, await memoryOfProcess(part.pid));
  }
  return { node, postgres };
}

export const sum = (memories: readonly Memory[]): Memory => ({
  proportional: memories.reduce((total, { proportional }) => total + proportional, 0),
  resident: memories.reduce((total, { resident }) => total + resident, 0),
});

/** Of a process that has ended meanwhile, nothing. */
async function memoryOfProcess(pid: number): Promise<Memory> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch((error: NodeJS.ErrnoException) => {
    // PostgreSQL's workers come and go.
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return '';
    throw error;
  });
  const megabytes = (name: string): number =>
    (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? 0) * 1_024) / 1e6;
  return { proportional: megabytes('Pss'), resident: megabytes('Rss') };
}

/** A process and all that descend from it. */
async function withChildren(pid: number): Promise<readonly number[]> {
  const children = Map.groupBy(await allProcesses(), ({ parent }) => parent);
  const found = [pid];
  // Grows while it is gone through.
  for (const one of found) found.push(...(children.get(one) ?? []).map((child) => child.pid));
  return found;
}

async function allProcesses(): Promise<readonly { readonly pid: number; readonly parent: number }[]> {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger);
  return Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      // `pid (name) state parent …`: the name may have spaces and parentheses of its own.
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      return { pid, parent };
    }),
  );
}
