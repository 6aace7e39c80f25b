import { resolve } from 'node:path';
import { readConfiguration } from './configuration.js';
import { readOrMakeLedgerKey } from './ledger-key-file.js';
import { startParts } from './parts.js';

/** Starts everything and says where it is. The other processes are started first: they load while this one does. */
export async function start(): Promise<void> {
  const configuration = readConfiguration();
  const dataDir = resolve(configuration.dataDir);
  const ledgerKey = configuration.ledgerKey ?? (await readOrMakeLedgerKey(dataDir));
  const parts = await startParts(configuration, ledgerKey);
  const { runWriteSide } = await import('./run-write-side.js');
  await runWriteSide({ configuration, ledgerKey, parts });
}
