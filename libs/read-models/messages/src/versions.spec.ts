import { InMemoryEventLog, LedgerKey, openLedger } from '@mo-ledger/event-sourcing';
import { ReadModels } from '@mo-ledger/projections';
import { checkProjection, history, run } from '@mo-ledger/projections/testing';
import { validQuery } from '@mo-ledger/http';
import type { ReadStore } from '@mo-ledger/read-store';
import { testReadStore } from '@mo-ledger/read-store/testing';
import { FindMessages, FindMessagesHandler, MessageFilters } from './find-messages.query.js';
import { messages } from './index.js';
import { matched, recorded } from './testing/index.js';

const [version1] = messages.earlier;
if (!version1) throw new Error('there is no version 1');

describe('version 1 of the messages', () => {
  let store: ReadStore;
  beforeAll(async () => {
    store = await testReadStore();
  });
  afterAll(() => store.close());

  it('still has the tables that ledgers have', () => {
    expect([version1.version, version1.fingerprint]).toEqual([1, '7e5c9ec0876b6a4c']);
  });

  it('is filled by the same handlers, however the log is cut into batches', async () => {
    const log = history().append('message-m1', recorded('m1', 0)).append('subscriber-1', matched('m1', 100n));
    const rows = await checkProjection(store, version1, log.events);
    expect(rows['messages']).toMatchObject([{ id: 'm1', outcome: 'MATCHED' }]);
    expect(rows['messages']?.[0]).not.toHaveProperty('keyword_key');
  });

  it('serves, and is found by a keyword as it was written, until version 2 is as far, where any spelling finds it', async () => {
    const log = new InMemoryEventLog(() => new Date());
    await openLedger(log, new LedgerKey('ab'.repeat(32)), 'ledger', 'spec');
    const metadata = { $correlationId: 'm1', $causationId: 'm1', recordedBy: 'spec', schemaVersion: 1 };
    const { position } = await log.append('message-m1', [{ id: '1', event: recorded('m1', 0), metadata }], 'no_stream');
    await log.append('subscriber-1', [{ id: '2', event: matched('m1', position), metadata }], 'no_stream');
    const found = async (keyword: string) => {
      const query = new FindMessages(validQuery(MessageFilters, { keyword }));
      return (await new FindMessagesHandler(new ReadModels(store)).execute(query)).items.map(({ id }) => id);
    };

    const before = run(log, store, [version1]);
    await before.until('messages', ({ state }) => state === 'LIVE');
    await before.runner.stop();
    expect([await found('JOIN'), await found('join!')]).toEqual([['m1'], []]);

    const now = run(log, store, [messages]);
    await now.until('messages', ({ version, state }) => version === 2 && state === 'LIVE');
    await now.runner.stop();
    expect([await found('JOIN'), await found('join!'), await found('join me')]).toEqual([['m1'], ['m1'], []]);
  });
});
