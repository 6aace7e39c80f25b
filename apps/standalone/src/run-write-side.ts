import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { LedgerKey, openLedger, type EventLog } from '@mo-ledger/event-sourcing';
import { connectEventLog } from '@mo-ledger/event-store';
import { announce, stopInOrder } from '@mo-ledger/http';
import { banner } from './banner.js';
import type { Configuration } from './configuration.js';
import type { Parts } from './parts.js';
import { startWriteSide } from './write-side.js';

interface Options {
  readonly configuration: Configuration;
  /** 32 bytes in hex. */
  readonly ledgerKey: string;
  readonly parts: Parts;
}

/** Opens the ledger, listens, and says so once every part serves. Throws what stops the start, for example another ledger's key. */
export async function runWriteSide({ configuration, ledgerKey: hex, parts }: Options): Promise<void> {
  let stop = (): Promise<void> => parts.stop();
  stopInOrder(() => stop());

  const ledgerKey = new LedgerKey(hex);
  await parts.eventStoreServes;
  const log = connectEventLog({ url: parts.eventStoreUrl });
  const { ledgerId } = await openWhenReached(log, ledgerKey);
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

  const seconds = (performance.now() / 1000).toFixed(1);
  const { eventStoreUrl, database, dataDir } = configuration;
  const empty = await isEmpty(log);
  announce(url);
  console.log(banner({ url, dataDir, eventStoreUrl, databaseUrl: database.url, ledgerId, seconds, empty }));
}

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
