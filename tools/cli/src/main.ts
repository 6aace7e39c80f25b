import { mo } from './mo.js';
import { EXIT, ofThisProcess } from './session.js';

const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.abort());
// Whoever reads this may have seen enough: `mo events tail | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  process.exitCode = await mo(process.argv.slice(2), ofThisProcess(stopped.signal));
} catch (error) {
  // A mistake of ours; not for a script to take for a bad answer, which 1 would be.
  console.error(error);
  process.exitCode = EXIT.REFUSED;
}
