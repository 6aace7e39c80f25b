import { connectEventLog } from '@mo-ledger/event-store';

/** The position of the nth event of a log, for measuring with its beginning only. */
export async function positionOf(eventStoreUrl: string, nth: number): Promise<bigint> {
  const log = connectEventLog({ url: eventStoreUrl });
  let seen = 0;
  let last = 0n;
  try {
    for await (const { position } of log.readAll()) {
      last = position;
      if (++seen === nth) break;
    }
    return last;
  } finally {
    await log.close();
  }
}
