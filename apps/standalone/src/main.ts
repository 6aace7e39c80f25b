import { enableCompileCache } from 'node:module';
import { join, resolve } from 'node:path';

// Compiled code of the last start is used again, here and in the processes beside this one.
const cache = join(resolve(import.meta.dirname, '../../..'), 'node_modules/.cache/mo-ledger/compiled');
enableCompileCache(cache);
process.env['NODE_COMPILE_CACHE'] = cache;

await import('./give-back-memory.js');
const { startProgram } = await import('@mo-ledger/http/settings');
const { start } = await import('./start.js');
await startProgram(start);
