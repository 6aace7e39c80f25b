import { writeFile } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';

/**
 * Lowers the CPU priority of a process and of the processes that it starts later. A Linux desktop first shares the processor out among
 * sessions, so this lowers the process's own session too.
 */
export function giveWay(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended already.
  }
  writeFile(`/proc/${pid}/autogroup`, String(constants.priority.PRIORITY_BELOW_NORMAL)).catch(() => undefined);
}
