import {
  ConflictingDuplicateRecorded,
  MessageRedelivered,
  PostQuarantined,
  PostsRefused,
  QuarantinedPostRedelivered,
  StatusNotificationRecorded,
  StatusNotificationRedelivered,
} from '@mo-ledger/messages';
import { messages } from '@mo-ledger/messages-read-model';
import { attempt, at, fields, matched, recorded, redelivered } from '@mo-ledger/messages-read-model/testing';
import { ReadModels } from '@mo-ledger/projections';
import { checkProjection, history } from '@mo-ledger/projections/testing';
import { startReadSide, type ReadSideUnderTest } from '@mo-ledger/read-model-kit/testing';
import { sql, type ReadStore } from '@mo-ledger/read-store';
import { testReadStore } from '@mo-ledger/read-store/testing';
import {
  auditTrail,
  AuditTrailReadModelModule,
  ExportAttempts,
  ExportAttemptsHandler,
  ExportFilters,
  type Attempt,
  type SummaryItem,
} from './index.js';

const base = { organization: 'acme', gateway: 'kaleyra' };
const content = { attachments: [], extra: [], decoding: 'utf-8' };

const conflict = (ledgerId: string, seconds: number) =>
  new ConflictingDuplicateRecorded({ ...recorded(ledgerId, seconds).data, fields: fields({ carrier: 'att' }) });

const status = (ledgerId: string, seconds: number, organization = 'acme') =>
  new StatusNotificationRecorded({
    ...{ ...base, ...content, organization, ledgerId, kind: 'STATUS', deviceAddress: null, deviceE164: null },
    ...{ code: null, messageId: '5', anomalies: [], fields: fields({ smscid: 's' }), attempt: attempt(seconds) },
  });
const statusAgain = (ledgerId: string, seconds: number, organization = 'acme') =>
  new StatusNotificationRedelivered({
    ...{ ...base, organization, ledgerId, kind: 'STATUS', carrier: null, channel: null, router: null, code: null },
    ...{ deviceAddress: null, deviceE164: null, messageId: '5', attempt: attempt(seconds) },
  });
const quarantined = (ledgerId: string, seconds: number, organization = 'acme') =>
  new PostQuarantined({
    ...{ ...base, ...content, organization, ledgerId, kind: 'QUARANTINED', reason: 'INBOUND_ADDRESS_MISSING' },
    ...{ fields: fields({ device_address: '14045554900', carrier: 'cingular' }), code: null, messageId: '7' },
    attempt: attempt(seconds),
  });
const quarantinedAgain = (ledgerId: string, seconds: number, organization = 'acme') =>
  new QuarantinedPostRedelivered({
    ...{ ...base, organization, ledgerId, kind: 'QUARANTINED', carrier: 'cingular', channel: null, router: null },
    ...{ code: null, deviceAddress: '14045554900', deviceE164: null, messageId: '7', attempt: attempt(seconds) },
  });

describe('the audit trail', () => {
  let store: ReadStore;
  let side: ReadSideUnderTest;
  beforeAll(async () => {
    store = await testReadStore();
    side = await startReadSide(store, messages, [messages, auditTrail], [AuditTrailReadModelModule]);
  });
  afterAll(async () => {
    await side.stop();
    await store.close();
  });

  const page = async (path: string): Promise<{ items: Attempt[]; next: string | null }> => {
    const { status: answer, json, text } = await side.get(path);
    if (answer !== 200) throw new Error(`${path} answered ${answer} ${text}`);
    return json;
  };
  const message = async (id: string, seconds: number, more: Parameters<typeof recorded>[2] = {}) => {
    const position = await side.append(`message-${id}`, [recorded(id, seconds, more)]);
    await side.append('s', [matched(id, position)]);
  };

  it('has the same rows however the log is cut into batches', async () => {
    const refused = { from: at(0), to: at(60), refusals: [{ reason: 'key' as const, source: '10.0.0.1', count: 3 }] };
    const log = history()
      .append('message-m1', recorded('m1', 0))
      .append('message-m1', redelivered('m1', 1), conflict('m1', 2))
      .append('status-s1', status('s1', 3))
      .append('status-s1', statusAgain('s1', 4))
      .append('quarantine-q1', quarantined('q1', 5))
      .append('quarantine-q1', quarantinedAgain('q1', 6))
      .append('refusals', new PostsRefused(refused));
    const rows = await checkProjection(store, auditTrail, log.events);
    expect(rows.attempts.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['MO', 'RECORDED'],
      ['MO', 'DUPLICATE'],
      ['MO', 'CONFLICT'],
      ['STATUS', 'RECORDED'],
      ['STATUS', 'DUPLICATE'],
      ['QUARANTINED', 'QUARANTINED'],
      ['QUARANTINED', 'DUPLICATE'],
    ]);
    expect(rows.refusals).toHaveLength(1);
  });

  it('shows every delivery attempt, newest first', async () => {
    const organization = 'all';
    await message('a1', 100, { organization });
    const again = redelivered('a1', 101).data;
    const other = conflict('a1', 102).data;
    await side.append('message-a1', [new MessageRedelivered({ ...again, organization })]);
    await side.append('message-a1', [
      new ConflictingDuplicateRecorded({ ...other, organization, attempt: attempt(102) }),
    ]);
    await side.append('status-a2', [status('a2', 103, organization), statusAgain('a2', 104, organization)]);
    await side.append('quarantine-a3', [
      quarantined('a3', 105, organization),
      quarantinedAgain('a3', 106, organization),
    ]);
    const { items } = await page('/audit/attempts?organization=all');
    expect(items.map(({ ledgerId, kind, outcome }) => `${ledgerId} ${kind} ${outcome}`)).toEqual([
      'a3 QUARANTINED DUPLICATE',
      'a3 QUARANTINED QUARANTINED',
      'a2 STATUS DUPLICATE',
      'a2 STATUS RECORDED',
      'a1 MO CONFLICT',
      'a1 MO DUPLICATE',
      'a1 MO RECORDED',
    ]);
    expect(items.at(-1)).toEqual({
      ...{ id: 'attempt-100', ledgerId: 'a1', at: at(100), organization, carrier: 'cingular', channel: 'sms' },
      ...{ router: 'MMX', code: '26161', deviceAddress: '14045554900', messageId: '1001', kind: 'MO' },
      ...{ outcome: 'RECORDED', source: '208.71.240.10', answer: 200, durationMs: 3 },
    });
    expect(items[1]).toMatchObject({ carrier: 'cingular', deviceAddress: '14045554900', code: null });
  });

  it('finds attempts by every filter', async () => {
    const organization = 'filters';
    const odd = fields({ carrier: `=${'c'.repeat(200)}`, channel: 'mms', router: 'R\0' });
    await message('f1', 200, { organization, code: '777', messageId: '77' });
    const written = { deviceAddress: '4045554900', deviceE164: '+14045554900' };
    await message('f2', 201, { organization, kind: 'MMS_MO', fields: odd, ...written });
    await message('f3', 202, { organization, deviceAddress: '1447ß7665544', deviceE164: null });
    const found = async (filter: string) =>
      (await page(`/audit/attempts?organization=filters&${filter}`)).items.map(({ ledgerId }) => ledgerId);
    for (const [filter, ids] of [
      ['', ['f3', 'f2', 'f1']],
      ['code=777', ['f1']],
      ['messageId=77', ['f1']],
      ['carrier=cingular', ['f3', 'f1']],
      [`carrier=${encodeURIComponent(odd.carrier ?? '')}`, ['f2']],
      [`carrier=${encodeURIComponent(odd.carrier ?? '').slice(0, -1)}`, []],
      ['channel=mms', ['f2']],
      ['router=R%00', ['f2']],
      ['kind=MMS_MO', ['f2']],
      ['kind=MO', ['f3', 'f1']],
      ['outcome=RECORDED', ['f3', 'f2', 'f1']],
      ['outcome=CONFLICT', []],
      ['device=14045554900', ['f2', 'f1']],
      ['device=%2B14045554900', ['f2', 'f1']],
      ['device=4045554900', ['f2']],
      [`device=${encodeURIComponent('1447ß7665544')}`, ['f3']],
      ['device=14477665544', []],
      [`from=${at(201)}`, ['f3', 'f2']],
      [`to=${at(201)}`, ['f1']],
    ] as const)
      expect([filter, await found(filter)]).toEqual([filter, ids]);
  });

  it('goes from page to page without gap or repeat while attempts arrive', async () => {
    const organization = 'pages';
    for (let n = 0; n < 7; n++) await message(`p${n}`, 300 + Math.floor(n / 3), { organization });
    const ids: string[] = [];
    for (let next: string | null = ''; next !== null;) {
      const cursor: string = next && `&cursor=${next}`;
      const read = await page(`/audit/attempts?organization=pages&limit=3${cursor}`);
      ids.push(...read.items.map(({ ledgerId }) => ledgerId));
      next = read.next;
      await message(`new${ids.length}`, 400, { organization });
    }
    expect(ids).toEqual(['p6', 'p5', 'p4', 'p3', 'p2', 'p1', 'p0']);
  });

  it('exports the same attempts, oldest first, in every format', async () => {
    const organization = 'export';
    await message('e1', 0, { organization, deviceAddress: '14477665544', deviceE164: '+14477665544' });
    const runs = { deviceAddress: '+14045554900', fields: fields({ carrier: 'a\nb', channel: '=1' }) };
    await message('e2', 1, { organization, ...runs });
    expect((await side.get('/audit/export?organization=export&format=line')).text).toBe(
      'Sun Nov 22 12:00:00 2026 -- Carrier: cingular; Channel: sms; Device address: 14477665544\n' +
        'Sun Nov 22 12:00:01 2026 -- Carrier: a\\nb; Channel: =1; Device address: +14045554900\n',
    );
    const { items } = await page('/audit/attempts?organization=export');
    const ndjson = await fetch(`${side.url}/audit/export?organization=export&format=ndjson`);
    expect(ndjson.headers.get('content-type')).toContain('application/x-ndjson');
    expect(
      (await ndjson.text())
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Attempt),
    ).toEqual(items.toReversed());
    const csv = await fetch(`${side.url}/audit/export?organization=export&format=csv&from=${at(1)}`);
    expect(csv.headers.get('content-type')).toContain('text/csv');
    expect((await csv.text()).split('\r\n')[1]).toBe(
      `attempt-1,e2,${at(1)},export,"a\nb",'=1,,26161,'+14045554900,1001,MO,RECORDED,208.71.240.10,200,3`,
    );
  });

  it('exports more than a page, each attempt once, while others arrive', async () => {
    const organization = 'many';
    for (let n = 0; n < 25; n++)
      await side.append(
        `message-x${n}`,
        Array.from({ length: 100 }, () => {
          const { data } = redelivered(`x${n}`, 500 + n);
          return new MessageRedelivered({ ...data, organization });
        }),
      );
    await side.get('/audit/attempts');
    const answer = await fetch(`${side.url}/audit/export?organization=many&format=ndjson`);
    await message('late', 600, { organization });
    const ids = (await answer.text())
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as Attempt).ledgerId);
    expect(ids).toEqual(Array.from({ length: 2_500 }, (_, n) => `x${Math.floor(n / 100)}`));
  });

  it('holds nothing while a reader of an export waits', async () => {
    await side.get('/audit/attempts');
    const filters = Object.assign(new ExportFilters(), { organization: 'many', format: 'ndjson' });
    const { text } = await new ExportAttemptsHandler(new ReadModels(store)).execute(new ExportAttempts(filters));
    const reader = text[Symbol.asyncIterator]();
    const lines = ({ value }: IteratorResult<string, unknown>) => String(value).trimEnd().split('\n').length;
    let read = lines(await reader.next());
    expect(read).toBe(100);
    await store.db.transaction().execute((tx) => sql`create table meanwhile (n int)`.execute(tx));
    for (let piece = await reader.next(); !piece.done; piece = await reader.next()) read += lines(piece);
    expect(read).toBe(2_500 + 1);
  });

  it('lists the totals of refused posts', async () => {
    const refusals = [
      { reason: 'source' as const, source: '10.0.0.1', count: 2 },
      { reason: 'key' as const, source: '10.0.0.2', count: 1 },
    ];
    await side.append('refusals', [new PostsRefused({ from: at(700), to: at(760), refusals })]);
    const read = async (query: string) => (await page(`/audit/refusals?${query}`)).items;
    expect(await read('')).toEqual(
      refusals.toReversed().map((refusal) => ({ from: at(700), to: at(760), ...refusal })),
    );
    expect(await read(`to=${at(700)}`)).toEqual([]);
    const { next } = await page('/audit/refusals?limit=1');
    expect(await read(`limit=1&cursor=${next}`)).toMatchObject([{ reason: 'source' }]);
  });

  it('refuses what it cannot read', async () => {
    for (const path of [
      ...['attempts?format=csv', 'attempts?limit=0', 'attempts?cursor=x', 'attempts?kind=SMS', 'attempts?outcome=NO'],
      ...['export?format=xml', 'export?format=csv&limit=3', 'export?format=line&from=now', 'refusals?reason=key'],
    ])
      expect([path, (await side.get(`/audit/${path}`)).status]).toEqual([path, 400]);
  });

  describe('summaries', () => {
    const HOUR = 3_600;
    type Sum = SummaryItem & Record<string, unknown>;
    const sums = async (query: string) =>
      (await page(`/audit/summary?${query}`)) as never as { items: Sum[]; next: string | null };
    const again = (id: string, seconds: number, more: object) =>
      side.append(`message-${id}`, [new MessageRedelivered({ ...redelivered(id, seconds).data, ...more })]);

    beforeAll(async () => {
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
          const read: { items: Sum[]; next: string | null } = await sums(
            `${query}&limit=1${next && `&cursor=${next}`}`,
          );
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
});
