// Checks that an event store answers like EventStoreDB. See the README for how to run it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEventStore } from '@mo-ledger/embedded-event-store';
import { Command } from 'commander';
import { expected, record } from './record.js';
import { compare } from './transcript.js';
import type { Transcript } from './transcript.js';

const program = new Command('event-store-contract')
  .argument('[scenarios...]', 'how the names of the wanted scenarios begin; all by default')
  .option('--url <url>', 'the server to check; an embedded one is started by default')
  .option('--record <file>', 'where to keep the transcript')
  .parse();
const { url, record: file } = program.opts<{ url?: string; record?: string }>();

const embedded = async (): Promise<{ url: string; close(): Promise<void> }> => {
  const dir = mkdtempSync(join(tmpdir(), 'event-store-contract-'));
  const store = await startEventStore({ dir, port: 0 });
  const close = async (): Promise<void> => {
    await store.close();
    rmSync(dir, { recursive: true });
  };
  return { url: store.url, close };
};

const server = url === undefined ? await embedded() : { url, close: async () => {} };
const actual = await record(server.url, program.args);
await server.close();
if (file !== undefined) writeFileSync(file, `${JSON.stringify(actual, null, 1)}\n`);
const wanted: Transcript = Object.fromEntries(
  Object.entries(expected()).filter(([name]) => program.args.length === 0 || name in actual),
);
const { same, differ } = compare(wanted, actual, console.log);
console.log(`${same} passed, ${differ} failed`);
process.exit(differ > 0 ? 1 : 0);
