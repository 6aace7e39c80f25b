// Imported by every process of the standalone: while a process has nothing to do it gives memory back to the system, which V8 by itself
// keeps as a load left it. With 20,000 messages, all processes together: 940 MB without it, 580 MB with it.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const LOOK_EVERY_MS = 3_000;
/** Collecting stops a process for 0.1 s: with a trickle of posts not more often than this. */
const NOT_AGAIN_FOR_MS = 60_000;
/** The share of a processor that counts as nothing: looking after leases, health and metrics takes 0.5 to 1.5 %. */
const IDLE = 0.03;
const WORTH_BYTES = 16e6;

// Node has no other way to this function, but for an argument that `npm start`, a test and a benchmark would all have to give.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;

let before = { at: performance.now(), cpu: process.cpuUsage() };
let kept = 0;

function look(): void {
  const now = { at: performance.now(), cpu: process.cpuUsage() };
  const worked = now.cpu.user + now.cpu.system - before.cpu.user - before.cpu.system;
  const idle = worked / 1_000 < (now.at - before.at) * IDLE;
  before = now;
  if (!idle || process.memoryUsage.rss() < kept + WORTH_BYTES) return lookIn(LOOK_EVERY_MS);
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  kept = process.memoryUsage.rss();
  lookIn(NOT_AGAIN_FOR_MS);
}

const lookIn = (ms: number): void => {
  setTimeout(look, ms).unref();
};
lookIn(LOOK_EVERY_MS);
