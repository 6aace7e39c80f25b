import { MessageRedelivered } from '@mo-ledger/messages';
import { messages } from '@mo-ledger/messages-read-model';
import { at, fields, matched, recorded, redelivered } from '@mo-ledger/messages-read-model/testing';
import { startReadSide, type ReadSideUnderTest } from '@mo-ledger/read-model-kit/testing';
import type { ReadStore } from '@mo-ledger/read-store';
import { testReadStore } from '@mo-ledger/read-store/testing';
import { auditTrail, AuditTrailReadModelModule, type SummaryItem } from './index.js';
import { quarantined } from './testing/example-attempts.js';

const HOUR = 3_600;

describe('summaries of the audit trail', () => {
  let store: ReadStore;
  let side: ReadSideUnderTest;
  type Sum = SummaryItem & Record<string, unknown>;
  const sums = async (query: string): Promise<{ items: Sum[]; next: string | null }> => {
    const { status, json, text } = await side.get(`/audit/summary?${query}`);
    if (status !== 200) throw new Error(`${query} answered ${status} ${text}`);
    return json;
  };
  const message = async (id: string, seconds: number, more: Parameters<typeof recorded>[2] = {}) => {
    const position = await side.append(`message-${id}`, [recorded(id, seconds, more)]);
    await side.append('s', [matched(id, position)]);
  };
  const again = (id: string, seconds: number, more: object) =>
    side.append(`message-${id}`, [new MessageRedelivered({ ...redelivered(id, seconds).data, ...more })]);

  beforeAll(async () => {
    store = await testReadStore();
    side = await startReadSide(store, messages, [messages, auditTrail], [AuditTrailReadModelModule]);
    const organization = 'sums';
    const phone = { deviceAddress: '14045554901', deviceE164: '+14045554901' };
    await message('u1', 0, { organization });
    await again('u1', 60, { organization });
    await message('u2', HOUR, {
      organization,
      ...phone,
      code: '777',
      fields: fields({ carrier: 'att', channel: 'sms' }),
    });
    await again('u2', HOUR + 1, { organization, carrier: null, channel: null, router: null, code: null });
    await message('u3', 24 * HOUR, { organization });
    await side.append('quarantine-u4', [quarantined('u4', 24 * HOUR + 1, organization)]);
  });
  afterAll(async () => {
    await side.stop();
    await store.close();
  });

  it('counts by any dimensions, in hours and days, the first first', async () => {
    const none = { attempts: 0, recorded: 0, duplicates: 0, conflicts: 0, quarantined: 0 };
    const midnight = '2026-11-22T00:00:00.000Z';
    const next = '2026-11-23T00:00:00.000Z';
    expect((await sums('organization=sums')).items).toEqual([
      { ...none, from: midnight, attempts: 4, recorded: 2, duplicates: 2, distinctDevices: 2 },
      { ...none, from: next, attempts: 2, recorded: 1, quarantined: 1, distinctDevices: 2 },
    ]);
    expect((await sums('organization=sums&by=carrier&interval=HOUR')).items).toEqual([
      { ...none, carrier: 'cingular', from: at(0), attempts: 2, recorded: 1, duplicates: 1, distinctDevices: 1 },
      { ...none, carrier: null, from: at(HOUR), attempts: 1, duplicates: 1, distinctDevices: 1 },
      { ...none, carrier: 'att', from: at(HOUR), attempts: 1, recorded: 1, distinctDevices: 1 },
      {
        ...none,
        carrier: 'cingular',
        from: at(24 * HOUR),
        attempts: 2,
        recorded: 1,
        quarantined: 1,
        distinctDevices: 2,
      },
    ]);
    const keys = (await sums('organization=sums&by=carrier,channel,router,code&interval=DAY')).items.map(
      ({ carrier, channel, router, code, attempts }) => [carrier, channel, router, code, attempts],
    );
    expect(keys).toEqual([
      [null, null, null, null, 1],
      ['att', 'sms', null, '777', 1],
      ['cingular', 'sms', 'MMX', '26161', 2],
      ['cingular', null, null, null, 1],
      ['cingular', 'sms', 'MMX', '26161', 1],
    ]);
  });

  it('says the same from what is counted beforehand and from the attempts, with every filter', async () => {
    const devices = (query: string) =>
      sums(`organization=sums&by=code&interval=HOUR&${query}`).then(({ items }) => items);
    const whole = await devices('');
    expect(await devices(`from=${at(0)}`)).toEqual(whole);
    // One millisecond into the first hour cuts it: nothing of it was received at its very begin but the first attempt.
    const [first, ...others] = whole;
    const cut = { ...first, attempts: 1, recorded: 0 };
    expect(await devices(`from=${new Date(Date.parse(at(0)) + 1).toISOString()}`)).toEqual([cut, ...others]);
    expect(await devices(`to=${at(24 * HOUR + 1)}`)).toMatchObject([
      ...whole.slice(0, 3),
      { attempts: 1, recorded: 1 },
    ]);
    expect(await devices(`from=${at(60)}&to=${at(61)}`)).toEqual([cut]);
    expect(await devices('carrier=att')).toMatchObject([{ code: '777', attempts: 1 }]);
    expect(await devices('code=777')).toMatchObject([{ code: '777', attempts: 1 }]);
    expect(await devices('router=none')).toEqual([]);
    expect(await devices('outcome=DUPLICATE')).toMatchObject([
      { attempts: 1, duplicates: 1 },
      { attempts: 1, code: null },
    ]);
    expect(await devices('kind=QUARANTINED')).toMatchObject([{ attempts: 1, quarantined: 1, distinctDevices: 1 }]);
    expect(await devices('device=14045554901')).toMatchObject([{ code: '777', attempts: 1 }]);
    expect(await devices('messageId=1001&channel=sms')).toHaveLength(3);
  });

  it('goes from page to page, whichever way the items were counted', async () => {
    for (const query of [
      'organization=sums&by=carrier,code&interval=HOUR',
      'organization=sums&by=carrier&interval=HOUR',
      `organization=sums&by=carrier,code&interval=HOUR&to=${at(24 * HOUR + 1)}`,
      'organization=sums&by=carrier,code&interval=HOUR&kind=MO',
    ]) {
      const whole = (await sums(query)).items;
      const paged: Sum[] = [];
      for (let next: string | null = ''; next !== null;) {
        const read: { items: Sum[]; next: string | null } = await sums(`${query}&limit=1${next && `&cursor=${next}`}`);
        paged.push(...read.items);
        next = read.next;
      }
      expect(paged).toEqual(whole);
    }
  });

  it('counts a device once where several organizations are added up', async () => {
    const code = '4711';
    const device = (n: number) => ({ code, deviceAddress: `1404555000${n}`, deviceE164: `+1404555000${n}` });
    await message('v1', 0, { organization: 'one', ...device(1) });
    await message('v2', 0, { organization: 'two', ...device(1) });
    await message('v3', 0, { organization: 'two', ...device(2) });
    expect((await sums(`code=${code}`)).items).toMatchObject([{ attempts: 3, distinctDevices: 2 }]);
    expect((await sums(`code=${code}&by=router`)).items).toMatchObject([
      { router: 'MMX', attempts: 3, distinctDevices: 2 },
    ]);
    expect((await sums(`code=${code}&organization=two`)).items).toMatchObject([{ attempts: 2, distinctDevices: 2 }]);
  });

  it('refuses what it cannot read', async () => {
    for (const query of ['by=device', 'interval=WEEK', 'limit=0', 'cursor=x', 'by=carrier&format=csv'])
      expect([query, (await side.get(`/audit/summary?${query}`)).status]).toEqual([query, 400]);
    const { next } = await sums('organization=sums&by=carrier&limit=1');
    expect((await side.get(`/audit/summary?organization=sums&by=code&limit=1&cursor=${next}`)).status).toBe(400);
  });
});
