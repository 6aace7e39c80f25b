import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { announce, createLogger, startProgram, stopInOrder } from '@mo-ledger/http';
import { LedgerKey, openLedger, type EventLog } from '@mo-ledger/event-sourcing';
import { connectEventLog } from '@mo-ledger/event-store';
import { banner } from './banner.js';
import { readConfiguration } from './configuration.js';
import { readOrMakeLedgerKey } from './ledger-key-file.js';
import { startParts, type Parts } from './parts.js';
import { startWriteSide } from './write-side.js';

await startProgram(async () => {
  const configuration = readConfiguration();
  const logger = createLogger('standalone', configuration.logLevel);
  const ledgerKeyHex = configuration.ledgerKey ?? (await readOrMakeLedgerKey(configuration.dataDir));
  const ledgerKey = new LedgerKey(ledgerKeyHex);

  const parts: Parts = await startParts(configuration, ledgerKeyHex, logger);
  let stop = async (): Promise<void> => parts.stop();
  stopInOrder(() => stop());

  const log = connectEventLog({ url: parts.eventStoreUrl });
  const ledger = await openWhenReached(log, ledgerKey);
  parts.startRest();
  const writeSide = await startWriteSide({ configuration, log, ledgerKey, parts });
  stop = async () => {
    // In order: no new posts, those under way are answered; then what follows the log; the event store last.
    await writeSide.close();
    await parts.stopRest();
    await log.close();
    await parts.stop();
  };
  const url = await writeSide.listen(configuration.host, configuration.port);
  await parts.served;

  const dataDir = resolve(configuration.dataDir);
  const seconds = (performance.now() / 1000).toFixed(1);
  const { eventStoreUrl, databaseUrl } = configuration;
  const empty = await isEmpty(log);
  announce(url);
  console.log(banner({ url, dataDir, eventStoreUrl, databaseUrl, ledgerId: ledger.ledgerId, seconds, empty }));
});

/** Opens the ledger as soon as the event store answers; another ledger's key stops the start at once. */
async function openWhenReached(log: EventLog, ledgerKey: LedgerKey) {
  for (;;) {
    try {
      return await openLedger(log, ledgerKey, randomUUID(), 'standalone');
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (code !== 'NOT_READABLE' && code !== 'NOT_DURABLE') throw error;
      console.error('The event store does not answer yet; trying again.');
      await delay(500);
    }
  }
}

/** Whether nothing has been recorded but that the ledger was opened. */
async function isEmpty(log: EventLog): Promise<boolean> {
  let events = 0;
  for await (const _ of log.readAll({ limit: 2 })) events++;
  return events < 2;
}
