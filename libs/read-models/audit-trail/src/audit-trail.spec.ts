import { ConflictingDuplicateRecorded, MessageRedelivered, PostsRefused } from '@mo-ledger/messages';
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
} from './index.js';
import { conflict, quarantined, quarantinedAgain, status, statusAgain } from './testing/example-attempts.js';

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
      id: 'attempt-100',
      ledgerId: 'a1',
      at: at(100),
      organization,
      carrier: 'cingular',
      channel: 'sms',
      router: 'MMX',
      code: '26161',
      deviceAddress: '14045554900',
      messageId: '1001',
      kind: 'MO',
      outcome: 'RECORDED',
      source: '208.71.240.10',
      answer: 200,
      durationMs: 3,
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
      'attempts?format=csv',
      'attempts?limit=0',
      'attempts?cursor=x',
      'attempts?kind=SMS',
      'attempts?outcome=NO',
      'export?format=xml',
      'export?format=csv&limit=3',
      'export?format=line&from=now',
      'refusals?reason=key',
    ])
      expect([path, (await side.get(`/audit/${path}`)).status]).toEqual([path, 400]);
  });
});
