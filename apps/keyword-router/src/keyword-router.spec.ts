import { randomUUID } from 'node:crypto';
import { LedgerKey, openLedger, type EventLog, type Recorded } from '@mo-ledger/event-sourcing';
import { connectEventLog } from '@mo-ledger/event-store';
import { TestEventStore } from '@mo-ledger/event-store/testing';
import { createService, Settings, type Service } from '@mo-ledger/http';
import { KeywordRouter } from '@mo-ledger/routing';
import { LedgerOfMessages, until } from '@mo-ledger/routing/testing';
import { readConfiguration } from './configuration.js';
import { KeywordRouterModule } from './keyword-router.module.js';

const KEY = 'ab'.repeat(32);
const key = new LedgerKey(KEY);

describe('the keyword router on a real event store', () => {
  let store: TestEventStore;
  let log: EventLog;
  let service: Service;
  let ledger: LedgerOfMessages;
  let url: string;
  const start = async () => {
    const configuration = readConfiguration(new Settings({ EVENTSTORE_URL: store.url, LEDGER_KEY: KEY }));
    const module = KeywordRouterModule.register(log, configuration);
    service = await createService({ name: 'keyword-router', logLevel: 'silent', module });
    url = await service.listen('127.0.0.1', 0);
  };
  const reached = async (position: bigint) => {
    const router = service.app.get(KeywordRouter, { strict: false });
    await until(() => (router.position ?? -1n) >= position);
  };
  const routing = async (ledgerId: string) => {
    const found: Recorded[] = [];
    for await (const event of log.readAll())
      if (event.stream.startsWith('subscriber-') && event.metadata.$correlationId === ledgerId) found.push(event);
    return found.map(({ type }) => type);
  };
  const texted = async (...[text, given]: Parameters<LedgerOfMessages['text']>) => {
    const { ledgerId, position } = await ledger.text(text, given);
    await reached(position);
    return routing(ledgerId);
  };

  beforeAll(async () => {
    store = await TestEventStore.start();
    log = connectEventLog({ url: store.url });
    await openLedger(log, key, randomUUID(), 'spec');
    ledger = new LedgerOfMessages(log, key);
    await ledger.code('26161');
    await ledger.program('26161', 'P-JOIN', 'join', ['JOIN']);
    await ledger.program('26161', 'P-VOTE', 'vote', ['VOTE'], { settings: { choices: ['A', 'B'] } });
    await start();
  });
  afterAll(async () => {
    await service.close();
    await log.close();
    await store.remove();
  });

  it('routes messages to the handlers that are installed', async () => {
    expect(await texted('Join')).toEqual(['KeywordMatched', 'OptedIn', 'ProgramJoined']);
    expect(await texted('vote a')).toEqual(['KeywordMatched', 'VoteCast']);
    expect(await texted('hello')).toEqual(['MessageUnmatched']);
    expect(await texted('stop')).toEqual(['ReservedWordMatched', 'OptedOut']);
  });

  it('tells how it is', async () => {
    expect(await (await fetch(`${url}/health/ready`)).json()).toMatchObject({ ok: true });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toMatch(/^ledger_messages_routed_total\{outcome="MATCHED",role="keyword-router"\} 2$/m);
    expect(metrics).toMatch(/^ledger_router_lag_seconds\{role="keyword-router"\} 0$/m);
  });

  it('resumes after a restart, of itself and of the store', async () => {
    await service.close();
    const { ledgerId } = await ledger.text('vote b', { from: '+14045554901' });
    await start();
    expect(await texted('vote a', { from: '+14045554902' })).toEqual(['KeywordMatched', 'VoteCast']);
    expect(await routing(ledgerId)).toEqual(['KeywordMatched', 'VoteCast']);
    await store.stop();
    await store.start();
    expect(await texted('vote b', { from: '+14045554902' })).toEqual(['KeywordMatched', 'VoteRefused']);
  });
});

describe('the settings of the keyword router', () => {
  it('must name the event store and the key', () => {
    const read = (env: Record<string, string>) => () => readConfiguration(new Settings(env));
    expect(read({ LEDGER_KEY: KEY })).toThrow(/^EVENTSTORE_URL: /);
    expect(read({ EVENTSTORE_URL: 'esdb://127.0.0.1:2113', LEDGER_KEY: 'abc' })).toThrow(/^LEDGER_KEY: /);
  });
});
