import {
  MessageRerouteRequested,
  PostQuarantined,
  StatusNotificationRecorded,
  ConflictingDuplicateRecorded,
} from '@mo-ledger/messages';
import { ReadModels } from '@mo-ledger/projections';
import { checkProjection, history } from '@mo-ledger/projections/testing';
import { startReadSide, type ReadSideUnderTest } from '@mo-ledger/read-model-kit/testing';
import { sql, type ReadStore } from '@mo-ledger/read-store';
import { testReadStore } from '@mo-ledger/read-store/testing';
import { OptedIn } from '@mo-ledger/subscribers';
import type { WholeMessage, MessageItem } from './index.js';
import { messages, MessagesReadModelModule } from './index.js';
import { attempt, at, fields, matched, recorded, redelivered } from './testing/index.js';

const optedIn = (ledgerId: string) =>
  new OptedIn({
    ledgerId,
    messageId: '1001',
    code: '26161',
    deviceAddress: '14045554900',
    deviceE164: '+14045554900',
    text: 'JOIN',
    at: at(0),
    program: 'P-JOIN',
  });
const ODD = `\0\ud83d nul \uE000 ${'👍'.repeat(15_000)}`;

describe('messages', () => {
  let store: ReadStore;
  let side: ReadSideUnderTest;
  beforeAll(async () => {
    store = await testReadStore();
    side = await startReadSide(store, messages, [messages], [MessagesReadModelModule]);
  });
  afterAll(async () => {
    await side.stop();
    await store.close();
  });

  const items = async (path: string): Promise<MessageItem[]> => {
    const { status, json, text } = await side.get(path);
    if (status !== 200) throw new Error(`${path} answered ${status} ${text}`);
    return (json as { items: MessageItem[] }).items;
  };
  /** The ids of one page after the other. */
  async function* pages(query: string): AsyncGenerator<string[]> {
    for (let next: string | null = ''; next !== null;) {
      const { json } = await side.get(`/messages?${query}${next && `&cursor=${next}`}`);
      const page = json as { items: MessageItem[]; next: string | null };
      next = page.next;
      yield page.items.map(({ id }) => id);
    }
  }
  const whole = async (id: string): Promise<WholeMessage> => (await side.get(`/messages/${id}`)).json;

  it('has the same rows however the log is cut into batches', async () => {
    const log = history()
      .append('message-m1', recorded('m1', 0))
      .append('message-m2', recorded('m2', 1, {}, ODD));
    log.append('message-m1', redelivered('m1', 2), redelivered('m1', 3));
    log.append('subscriber-1', matched('m1', 100n), optedIn('m1'));
    log.append('message-m1', new MessageRerouteRequested({ ledgerId: 'm1', applyConsent: false, requestedAt: at(4) }));
    log.append('subscriber-1', matched('m1', 100n, { program: 'P-LATE' }));
    const rows = await checkProjection(store, messages, log.events);
    expect(rows.messages).toMatchObject([
      { id: 'm1', attempts: 3, outcome: 'MATCHED', program: 'P-LATE', pending_position: '142' },
      { id: 'm2', attempts: 1, outcome: 'PENDING', program: null, pending_position: '107' },
    ]);
    expect(rows.message_events).toHaveLength(8);
  });

  it('shows a message with its deliveries and what became of it', async () => {
    const position = await side.append('message-a1', [recorded('a1', 10)]);
    await side.append('message-a1', [redelivered('a1', 11)]);
    await side.append('message-a1', [
      new ConflictingDuplicateRecorded({
        ...recorded('a1', 12).data,
        fields: fields({ message: 'other' }),
        attempt: attempt(12, 'other'),
      }),
    ]);
    await side.append('subscriber-a', [matched('a1', position), optedIn('a1')], { $correlationId: 'a1' });
    const message = await whole('a1');
    expect(message).toMatchObject({
      attempts: 3,
      anomalies: ['CONFLICTING_DUPLICATE'],
      routing: { outcome: 'MATCHED', program: 'P-JOIN', args: [] },
    });
    expect(message.events.map(({ type }) => type)).toEqual([
      'MessageRecorded',
      'MessageRedelivered',
      'ConflictingDuplicateRecorded',
      'KeywordMatched',
      'OptedIn',
    ]);
    expect(message.deliveries.map((delivery) => (delivery as { outcome: string }).outcome)).toEqual([
      'RECORDED',
      'DUPLICATE',
      'CONFLICT',
    ]);
    expect(message.fields).toMatchObject({ message: 'JOIN', mmsID: null });
    expect((await side.get('/messages/nobody')).status).toBe(404);
  });

  it('shows any text as it was sent', async () => {
    const position = await side.append('message-odd', [
      recorded('odd', 20, { deviceAddress: ODD, deviceE164: null, organization: 'odd' }, ODD),
    ]);
    await side.append('subscriber-odd', [matched('odd', position, { outcome: 'MATCHED', args: [ODD] })]);
    const { fields: read, deviceAddress, routing } = await whole('odd');
    expect([read.message === ODD, deviceAddress === ODD, routing.args[0] === ODD]).toEqual([true, true, true]);
    expect((await items('/messages?q=nul')).map(({ id }) => id)).toEqual(['odd']);
  });

  it('finds messages by every filter', async () => {
    const more = {
      organization: 'filters',
      code: '777',
      kind: 'MMS_MO' as const,
      messageId: '77',
      anomalies: ['CHARSET_FALLBACK' as const],
    };
    const position = await side.append('message-f1', [recorded('f1', 30, more, "Crème brûlée, isn't it? 🛑")]);
    await side.append('message-f2', [
      recorded('f2', 31, { ...more, deviceAddress: '1447ß7665544', deviceE164: null }, 'Nothing'),
    ]);
    await side.append('s', [
      matched('f1', position, { keyword: 'Crème' }),
      matched('f2', position + 7n, { program: 'P-2', outcome: 'MATCHED' }),
    ]);
    const found = async (filter: string) =>
      (await items(`/messages?organization=filters&${filter}`)).map(({ id }) => id);
    const both = ['f2', 'f1'];
    for (const filter of [
      'code=777',
      'kind=MMS_MO',
      'messageId=77',
      'anomaly=CHARSET_FALLBACK',
      'carrier=cingular',
      'channel=sms',
      'router=MMX',
      'outcome=MATCHED',
      `from=${at(30)}&to=${at(32)}`,
    ])
      expect([filter, await found(filter)]).toEqual([filter, both]);
    for (const filter of [
      'code=778',
      'kind=MO',
      'messageId=7',
      'anomaly=MESSAGE_ID_MISSING',
      'carrier=Cingular',
      'outcome=PENDING',
      `to=${at(30)}`,
      `from=${at(32)}`,
      'q=Crema',
      'device=14045554901',
    ])
      expect([filter, await found(filter)]).toEqual([filter, []]);
    for (const filter of [
      'device=14045554900',
      'device=%2B14045554900',
      'device=+14045554900',
      'program=P-JOIN',
      `keyword=${encodeURIComponent('Crème')}`,
      `q=${encodeURIComponent('🛑')}`,
      'q=isn',
      `to=${at(31)}`,
    ])
      expect([filter, await found(filter)]).toEqual([filter, ['f1']]);
    expect(await found(`q=${encodeURIComponent('cre\u0300me BRÛ')}`)).toEqual(['f1']);
    expect(await found(`device=${encodeURIComponent('1447ß7665544')}`)).toEqual(['f2']);
  });

  it('goes from page to page without gap or repeat while messages arrive', async () => {
    for (let n = 0; n < 7; n++) {
      const position = await side.append(`message-p${n}`, [
        recorded(`p${n}`, 40 + Math.floor(n / 3), { organization: 'pages' }),
      ]);
      await side.append('s', [matched(`p${n}`, position)]);
    }
    const ids: string[] = [];
    for await (const page of pages('organization=pages&limit=3')) {
      ids.push(...page);
      const position = await side.append(`message-new${ids.length}`, [
        recorded(`new${ids.length}`, 60, { organization: 'pages' }),
      ]);
      await side.append('s', [matched(`new${ids.length}`, position)]);
    }
    expect(ids).toEqual(['p6', 'p5', 'p4', 'p3', 'p2', 'p1', 'p0']);
  });

  it('finds a word in the newest and in the oldest of many, page by page', async () => {
    const organization = 'many';
    const zebra = await side.append('message-zebra', [recorded('zebra', 0, { organization }, 'a rare zebra')]);
    const horse = await side.append('message-horse', [recorded('horse', 0, { organization }, 'a common horse')]);
    await side.append('s', [matched('zebra', zebra), matched('horse', horse)]);
    await side.get('/messages');
    // More than are looked through: copies of these two.
    const { schema } = await new ReadModels(store).of(messages);
    const all = sql.id(schema, 'messages');
    await sql`insert into ${all} select copy.* from generate_series(0, 12000) n
      join ${all} m on m.id = case when n % 4000 = 0 then 'zebra' else 'horse' end,
      json_populate_record(m, json_build_object('id', 'many' || n, 'received_at', m.received_at + n * interval '1 s')) copy`.execute(
      store.db,
    );
    await sql`delete from ${all} where id in ('zebra', 'horse')`.execute(store.db);
    const found = async (query: string): Promise<string[]> => {
      const ids: string[] = [];
      for await (const page of pages(query)) {
        ids.push(...page);
        if (ids.length >= 10) break;
      }
      return ids;
    };
    const zebras = ['many12000', 'many8000', 'many4000', 'many0'];
    for (const filter of ['q=zeb', 'q=zebra%20rare&organization=many', 'q=zebra&device=14045554900'])
      for (const limit of [1, 2, 50])
        expect([filter, await found(`${filter}&limit=${limit}`)]).toEqual([filter, zebras]);
    expect((await found('q=horse&organization=many&limit=3')).slice(0, 3)).toEqual([
      'many11999',
      'many11998',
      'many11997',
    ]);
    expect(await found('q=zebra&organization=nobody')).toEqual([]);
    expect(await found('q=zebra%20horse')).toEqual([]);
  });

  it('refuses what it cannot read, and says what', async () => {
    const cursor = Buffer.from('["statuses","2026-11-22T12:00:00.000Z","1"]').toString('base64url');
    for (const query of [
      'organisation=x',
      'limit=0',
      'limit=1001',
      'limit=x',
      'cursor=x',
      `cursor=${cursor}`,
      'from=yesterday',
      'kind=SMS',
      'code=1&code=2',
      'q=...',
    ])
      expect([query, (await side.get(`/messages?${query}`)).status]).toEqual([query, 400]);
    const { json } = await side.get('/messages?organisation=x');
    expect(json).toMatchObject({ status: 400, errors: [{ field: 'organisation' }] });
    for (const one of ['/messages/m1?full=1', '/quarantine/q1?full=1'])
      expect((await side.get(one)).json).toMatchObject({ status: 400, errors: [{ field: 'full' }] });
  });

  it('lists status notifications and what is in quarantine', async () => {
    const { gateway } = recorded('x', 0).data;
    await side.append('status-1', [
      new StatusNotificationRecorded({
        ledgerId: 's1',
        organization: 'acme',
        gateway,
        kind: 'STATUS',
        deviceAddress: '14045554900',
        deviceE164: '+14045554900',
        code: null,
        messageId: '5',
        anomalies: [],
        attachments: [],
        extra: [],
        decoding: 'utf-8',
        attempt: attempt(70),
        fields: fields({ smscid: 's', status: 'MO Success', status_code: '100' }),
      }),
    ]);
    await side.append('quarantine-1', [
      new PostQuarantined({
        ledgerId: 'q1',
        organization: 'acme',
        gateway,
        kind: 'QUARANTINED',
        reason: 'EMPTY_BODY',
        fields: fields({}),
        attachments: [],
        extra: [],
        decoding: 'utf-8',
        code: null,
        messageId: null,
        attempt: attempt(71, ''),
      }),
    ]);
    expect(await items('/statuses?messageId=5&device=%2B14045554900')).toMatchObject([
      { id: 's1', smscid: 's', status: 'MO Success', statusCode: '100', attempts: 1 },
    ]);
    expect(await items('/quarantine?organization=acme&state=OPEN')).toMatchObject([
      { id: 'q1', reason: 'EMPTY_BODY', raw: { base64: '' }, state: 'OPEN' },
    ]);
    expect((await side.get('/quarantine/q1')).json).toMatchObject({ id: 'q1' });
    expect((await side.get('/quarantine/q2')).status).toBe(404);
    expect(await items('/quarantine?state=REPROCESSED')).toEqual([]);
  });
});
