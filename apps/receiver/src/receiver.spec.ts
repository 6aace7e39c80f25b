import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { LedgerKey, openLedger, type EventLog, type Recorded } from '@mo-ledger/event-sourcing';
import { connectEventLog } from '@mo-ledger/event-store';
import { TestEventStore } from '@mo-ledger/event-store/testing';
import { createService, Settings, WrongSetting, type Service } from '@mo-ledger/http';
import { ProvisionOrganization, ProvisionOrganizationHandler } from '@mo-ledger/organizations';
import { readConfiguration } from './configuration.js';
import { ReceiverModule } from './receiver.module.js';

const KEY = 'ab'.repeat(32);
const SAMPLE =
  'device_address=1447ß7665544&inbound_address=26161&router=cingular&carrier=cingular&channel=sms&message_orig=Hello+from+SMPPSim&message=Hello+from+SMPPSim&message_id=148929155953&message_subid=0&status=Processing&status_code=10&a2w_mo_ref_id=148929155953&country_code=1';

describe('the receiver on a real event store', () => {
  let store: TestEventStore;
  let log: EventLog;
  let service: Service;
  let url: string;
  const start = async () => {
    log = connectEventLog({ url: store.url });
    const configuration = readConfiguration(
      new Settings({ EVENTSTORE_URL: store.url, LEDGER_KEY: KEY, GATEWAY_SOURCES: '127.0.0.1', LOG_LEVEL: 'silent' }),
    );
    const module = ReceiverModule.register(log, configuration);
    service = await createService({ name: 'receiver', logLevel: 'silent', module });
    url = await service.listen('127.0.0.1', 0);
  };
  const stop = async () => {
    await service.close();
    await log.close();
  };
  beforeAll(async () => {
    store = await TestEventStore.start();
    await start();
    await openLedger(log, new LedgerKey(KEY), randomUUID(), 'spec');
    const operation = { commandId: '1', at: '2026-01-01T00:00:00.000Z' };
    const provision = new ProvisionOrganizationHandler(log, new LedgerKey(KEY), 'spec');
    await provision.execute(new ProvisionOrganization('acme', 'Acme', undefined, operation));
  });
  afterAll(async () => {
    await stop();
    await store.remove();
  });

  const post = async (body: string, organization = 'acme') => {
    const response = await fetch(`${url}/inbound/${organization}`, { method: 'POST', body });
    return { status: response.status, text: await response.text(), headers: response.headers };
  };
  const events = async () => {
    const all: Recorded[] = [];
    for await (const event of log.readAll()) if (/^(message|status|quarantine)-/.test(event.stream)) all.push(event);
    return all;
  };

  it("records the requirement's sample as it was sent", async () => {
    const answer = await post(SAMPLE);
    expect(answer).toMatchObject({ status: 200, text: 'OK' });
    const [recorded] = await events();
    expect(recorded).toMatchObject({
      type: 'MessageRecorded',
      position: BigInt(answer.headers.get('ledger-position') ?? 0),
    });
    expect(recorded?.data).toMatchObject({
      ...{ deviceAddress: '1447ß7665544', deviceE164: null, deviceE164Candidate: '+14477665544', code: '26161' },
      ...{ organization: 'acme', gateway: 'kaleyra', anomalies: ['DEVICE_ADDRESS_MALFORMED'] },
      attempt: { source: '127.0.0.1', raw: { base64: Buffer.from(SAMPLE).toString('base64') } },
    });
  });

  it('answers 200 to any bytes under any content type, and they can be read back bit for bit', async () => {
    const bytes = fc.uint8Array({ maxLength: 400 }).map((body) => Buffer.from(body));
    const field = fc.tuple(fc.constantFrom('message', 'device_address', 'inbound_address', 'mmsID', 'x'), bytes);
    const form = fc
      .array(field)
      .map((fields) => Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from(`&${name}=`), value])));
    const type = fc.constantFrom('application/x-www-form-urlencoded', 'x; charset=utf-16le', 'application/json', 'x');
    const sent: Buffer[] = [];
    await fc.assert(
      fc.asyncProperty(fc.oneof(bytes, form), type, async (body, contentType) => {
        sent.push(body);
        const answer = await fetch(`${url}/inbound/acme`, {
          ...{ method: 'POST', body, headers: { 'content-type': contentType } },
        });
        expect([answer.status, await answer.text()]).toEqual([200, 'OK']);
      }),
      { numRuns: 60 },
    );
    const kept = (await events()).map(
      ({ data }) => (data as { attempt: { raw: { base64: string } } }).attempt.raw.base64,
    );
    expect(kept.slice(-sent.length)).toEqual(sent.map((body) => body.toString('base64')));
  });

  it('knows it again after a restart, and twenty times at once', async () => {
    await stop();
    await start();
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(SAMPLE)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    const types = (await events()).map(({ type }) => type);
    expect(types.slice(-20)).toEqual(Array(20).fill('MessageRedelivered'));
  });

  it('answers 503 while the event store is gone, and 200 once it is back, without a restart', async () => {
    await store.stop();
    const refused = await Promise.all([post(SAMPLE), post(SAMPLE, 'unknown')]);
    expect(refused.map(({ status }) => status)).toEqual([503, 503]);
    expect(refused[0]?.headers.get('retry-after')).toMatch(/^\d+$/);
    await store.start();
    expect((await post(SAMPLE)).status).toBe(200);
    expect((await post(SAMPLE, 'unknown')).status).toBe(404);
  });
});

describe('the settings of the receiver', () => {
  const read = (env: Record<string, string>) => () => readConfiguration(new Settings(env));

  it('must name the event store and the key', () => {
    expect(read({ LEDGER_KEY: KEY })).toThrow(WrongSetting);
    expect(read({ EVENTSTORE_URL: 'esdb://127.0.0.1:2113' })).toThrow(/^LEDGER_KEY: /);
    expect(read({ EVENTSTORE_URL: 'http://127.0.0.1:2113', LEDGER_KEY: KEY })).toThrow(/^EVENTSTORE_URL: /);
    expect(read({ EVENTSTORE_URL: 'esdb://127.0.0.1:2113', LEDGER_KEY: 'abc' })).toThrow(/^LEDGER_KEY: /);
  });

  it('let only the gateway post unless they say otherwise', () => {
    const { sources } = read({ EVENTSTORE_URL: 'esdb://127.0.0.1:2113', LEDGER_KEY: KEY })();
    expect([sources.has('208.71.240.10'), sources.has('127.0.0.1')]).toEqual([true, false]);
  });
});
