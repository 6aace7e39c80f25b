import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LedgerKey, openLedger } from '@mo-ledger/event-sourcing';
import { connectEventLog } from '@mo-ledger/event-store';
import { PostRecorder } from '@mo-ledger/messages';
import type { Databases } from '../databases.js';
import { startEventStore } from '../event-store-process.js';
import { rebuildIn } from '../rebuild/run-job.js';
import { LEDGER_KEY } from '../seed/seeds.js';
import type { Contender } from './contender.js';
import { recordedMessages } from './recorded-messages.projection.js';

/** mo-ledger: the receiver's recorder and the projection runner, over the embedded event store. */
export async function ours(databases: Databases): Promise<Contender> {
  const dir = await mkdtemp(join(tmpdir(), 'mo-ledger-bench-'));
  const store = await startEventStore(dir);
  const log = connectEventLog({ url: store.url });
  const key = new LedgerKey(LEDGER_KEY);
  await openLedger(log, key, key.uuid('bench'), 'bench');
  const recorder = new PostRecorder(log, key, { recordedBy: 'bench', clock: () => performance.now() });
  let [last, recorded] = [0n, 0];
  return {
    record: async ({ data }) => {
      const { organization, gateway, attempt, ...post } = data;
      const { position, outcome } = await recorder.record({ organization, gateway, attempt, post });
      if (position > last) last = position;
      if (outcome === 'RECORDED') recorded++;
    },
    rebuild: async () => {
      const source = { eventStoreUrl: store.url, position: last };
      const { seconds } = await rebuildIn(databases, [recordedMessages.name], source);
      return { seconds, rows: recorded };
    },
    close: async () => {
      await log.close();
      await store.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
