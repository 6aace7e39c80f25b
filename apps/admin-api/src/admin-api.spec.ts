import { adminProblems } from '@mo-ledger/admin';
import { connectEventLog } from '@mo-ledger/event-store';
import { TestEventStore } from '@mo-ledger/event-store/testing';
import { createService, Settings } from '@mo-ledger/http';
import { AdminApiModule } from './admin-api.module.js';
import { readConfiguration } from './configuration.js';

const KEY = 'ab'.repeat(32);

describe('the admin API on a real event store', () => {
  let store: TestEventStore;
  const instances: { url: string; stop: () => Promise<void> }[] = [];
  beforeAll(async () => {
    store = await TestEventStore.start();
    for (const name of ['one', 'two']) instances.push(await startInstance(name));
  });
  afterAll(async () => {
    for (const { stop } of instances) await stop();
    await store.remove();
  });

  const startInstance = async (name: string) => {
    const log = connectEventLog({ url: store.url });
    const configuration = readConfiguration(new Settings({ EVENTSTORE_URL: store.url, LEDGER_KEY: KEY }));
    const module = AdminApiModule.register(log, configuration);
    const service = await createService({ name, logLevel: 'silent', module, knownProblems: adminProblems });
    const url = await service.listen('127.0.0.1', 0);
    return {
      url,
      stop: async () => {
        await service.close();
        await log.close();
      },
    };
  };
  const put = async (instance: number, path: string, body: object) => {
    const response = await fetch(`${instances[instance % 2]?.url}${path}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const { detail } = (await response.json()) as { detail?: string };
    return { status: response.status, position: response.headers.get('ledger-position'), detail };
  };

  it('provisions, and is quiet where nothing changes, whichever instance is asked', async () => {
    const created = await put(0, '/organizations/acme', { name: 'Acme', key: 'sixteen-letters!' });
    expect(created.status).toBe(201);
    const repeated = await put(1, '/organizations/acme', { name: 'Acme', key: 'sixteen-letters!' });
    expect(repeated).toMatchObject({ status: 200, position: created.position });
  });

  it('lets one of many win that claim a keyword at the same time on two instances', async () => {
    await put(0, '/organizations/acme', { name: 'Acme' });
    const code = { type: 'SHORT', sharing: 'DEDICATED', forwarding: 'ALL', organization: 'acme' };
    expect((await put(0, '/codes/26161', code)).status).toBe(201);
    const program = { organization: 'acme', handler: 'join', keywords: ['WIN'] };
    const claims = Array.from({ length: 10 }, (_, n) => put(n, `/codes/26161/programs/P-${n}`, program));
    const answers = await Promise.all(claims);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)]);
    const winner = answers.findIndex(({ status }) => status === 201);
    for (const { status, detail } of answers) if (status === 409) expect(detail).toContain(`program P-${winner} `);
  });

  it('takes the settings of every handler that is installed', async () => {
    await put(0, '/organizations/acme', { name: 'Acme' });
    await put(0, '/codes/26162', { type: 'SHORT', sharing: 'SHARED', forwarding: 'KEYWORDS' });
    const program = (handler: string, settings: object) =>
      put(0, `/codes/26162/programs/${handler}`, { organization: 'acme', handler, keywords: [handler], settings });
    expect((await program('vote', { choices: ['A', 'B'] })).status).toBe(201);
    expect((await program('vote', { choices: [] })).status).toBe(422);
  });

  it('answers 503 while the event store is gone', async () => {
    await store.stop();
    expect((await put(0, '/organizations/other', { name: 'Other' })).status).toBe(503);
    await store.start();
    expect((await put(0, '/organizations/other', { name: 'Other' })).status).toBe(201);
  });
});

describe('the settings of the admin API', () => {
  it('must name the event store and the key', () => {
    const read = (env: Record<string, string>) => () => readConfiguration(new Settings(env));
    expect(read({ LEDGER_KEY: KEY })).toThrow(/^EVENTSTORE_URL: /);
    expect(read({ EVENTSTORE_URL: 'esdb://127.0.0.1:2113', LEDGER_KEY: 'abc' })).toThrow(/^LEDGER_KEY: /);
  });
});
