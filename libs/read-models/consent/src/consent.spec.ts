import { CodeChanged, CodeProvisioned } from '@mo-ledger/codes';
import { messages } from '@mo-ledger/messages-read-model';
import { at, matched } from '@mo-ledger/messages-read-model/testing';
import { checkProjection, history } from '@mo-ledger/projections/testing';
import { startReadSide, type ReadSideUnderTest } from '@mo-ledger/read-model-kit/testing';
import type { ReadStore } from '@mo-ledger/read-store';
import { testReadStore } from '@mo-ledger/read-store/testing';
import {
  OptedIn,
  OptedOut,
  ProgramJoined,
  ReviewOpened,
  ReviewResolved,
  type ReviewKind,
} from '@mo-ledger/subscribers';
import {
  consent,
  ConsentReadModelModule,
  type FollowedPage,
  type ReviewItem,
  type SubscriberAnswer,
  type SubscriberItem,
} from './index.js';

interface Who {
  readonly code: string;
  readonly deviceAddress: string;
  readonly deviceE164: string | null;
}
const PHONE = { deviceAddress: '14045554900', deviceE164: '+14045554900' };
const MALFORMED = { deviceAddress: '1447ß7665544', deviceE164: null };

const evidence = (seconds: number, text: string) => ({
  ledgerId: `l${seconds}`,
  messageId: String(seconds),
  text,
  at: at(seconds),
});
const stop = (who: Who, seconds: number, programs: string[] = [], more: Partial<OptedOut['data']> = {}) =>
  new OptedOut({ ...who, ...evidence(seconds, 'STOP'), confidence: 'EXACT', programs, reviewId: null, ...more });
const start = (who: Who, seconds: number, program: string | null = null) =>
  new OptedIn({ ...who, ...evidence(seconds, 'START'), program });
const join = (who: Who, seconds: number, program: string) =>
  new ProgramJoined({ ...who, ...evidence(seconds, 'JOIN'), program, carrier: null });
const routed = (who: Who) => matched('unknown', 1n, who);
const review = (reviewId: string, code: string, seconds: number, kind: ReviewKind, organization = 'acme') =>
  new ReviewOpened({
    reviewId,
    kind,
    ledgerId: `l${seconds}`,
    organization,
    code,
    deviceAddress: '14045554900',
    text: "don't stop",
    createdAt: at(seconds),
    dueAt: kind === 'OPT_OUT_CANDIDATE' ? at(900) : null,
  });
const resolved = (reviewId: string, code: string, note: string | null = null) =>
  new ReviewResolved({ reviewId, ledgerId: 'l', code, decision: 'DISMISS', deviceE164: null, note, at: at(800) });
const settings = { type: 'SHORT', sharing: 'DEDICATED', organization: 'acme', optOutWords: [] } as const;
const provisioned = (code: string, seconds: number, forwarding: 'ALL' | 'KEYWORDS', forwardsOptOut = false) =>
  new CodeProvisioned({ ...settings, code, at: at(seconds), forwarding, forwardsOptOut });

describe('consent', () => {
  let store: ReadStore;
  let side: ReadSideUnderTest;
  beforeAll(async () => {
    store = await testReadStore();
    side = await startReadSide(store, messages, [messages, consent], [ConsentReadModelModule]);
  });
  afterAll(async () => {
    await side.stop();
    await store.close();
  });

  const read = async <T>(path: string): Promise<T> => {
    const { status, json, text } = await side.get(path);
    if (status !== 200) throw new Error(`${path} answered ${status} ${text}`);
    return json;
  };
  const subscriber = (code: string, device: string, query = '') =>
    read<SubscriberAnswer>(`/codes/${code}/subscribers/${encodeURIComponent(device)}${query}`);
  const stateOf = async (code: string, device: string, seconds?: number) =>
    (await subscriber(code, device, seconds === undefined ? '' : `?at=${at(seconds)}`)).consent.state;

  it('has the same rows however the log is cut into batches', async () => {
    const who = { code: '1', ...PHONE };
    const national = { ...who, deviceAddress: '4045554900' };
    const log = history()
      .append('code-1', provisioned('1', 0, 'ALL'))
      .append('subscriber-a', routed(who), start(who, 1, 'P'), join(who, 1, 'P'))
      .append('subscriber-a', routed(national), stop(national, 2, ['P']), review('r1', '1', 2, 'CONFLICTING_FIELDS'))
      .append('subscriber-a', stop(who, 3))
      .append('subscriber-a', resolved('r1', '1'))
      .append('subscriber-b', routed({ code: '1', ...MALFORMED }), stop({ code: '1', ...MALFORMED }, 4));
    const rows = await checkProjection(store, consent, log.events);
    expect(rows.subscribers.map(({ id, state, since }) => [id, state, since])).toEqual([
      ['subscriber-a', 'OPTED_OUT', at(2)],
      ['subscriber-b', 'OPTED_OUT', at(4)],
    ]);
    expect(rows.changes).toHaveLength(4);
    expect(rows.enrolments.map(({ program, state }) => [program, state])).toEqual([
      ['P', 'JOINED'],
      ['P', 'LEFT'],
    ]);
    expect(rows.written.map(({ digits }) => digits)).toEqual(['4045554900']);
    expect(rows.reviews.map(({ id, state, decision }) => [id, state, decision])).toEqual([
      ['r1', 'RESOLVED', 'DISMISS'],
    ]);
  });

  it('tells consent with its evidence, and the programs', async () => {
    const who = { code: '100', ...PHONE };
    await side.append('code-100', [provisioned('100', 0, 'ALL')]);
    await side.append('subscriber-c1', [routed(who), start(who, 10, 'P-1'), join(who, 10, 'P-1')]);
    await side.append('subscriber-c1', [routed(who), join(who, 11, 'P-2')]);
    expect(await subscriber('100', '+14045554900')).toEqual({
      consent: {
        state: 'OPTED_IN',
        since: at(10),
        confidence: null,
        coverage: 'FULL',
        evidence: { ledgerId: 'l10', messageId: '10', text: 'START', at: at(10) },
      },
      programs: [
        { program: 'P-1', state: 'JOINED', since: at(10) },
        { program: 'P-2', state: 'JOINED', since: at(11) },
      ],
    });
    await side.append('subscriber-c1', [routed(who), stop(who, 12, ['P-1', 'P-2'], { confidence: 'LEADING' })]);
    await side.append('subscriber-c1', [routed(who), stop(who, 13)]);
    expect(await subscriber('100', '14045554900')).toMatchObject({
      consent: { state: 'OPTED_OUT', since: at(12), confidence: 'LEADING', evidence: { ledgerId: 'l12' } },
      programs: [
        { program: 'P-1', state: 'LEFT', since: at(12) },
        { program: 'P-2', state: 'LEFT', since: at(12) },
      ],
    });
  });

  it('tells what was at any time: the log decides the order, the messages’ receipt what counts', async () => {
    const who = { code: '200', ...PHONE };
    await side.append('subscriber-t', [start(who, 20, 'P'), join(who, 20, 'P')]);
    await side.append('subscriber-t', [stop(who, 30, ['P'])]);
    // Routed again later, and applied: received before the STOP, but decided after it.
    await side.append('subscriber-t', [start(who, 25)]);
    await side.append('subscriber-t', [stop(who, 40)]);
    const states = await Promise.all(
      [19, 20, 24, 25, 29, 30, 39, 40].map((seconds) => stateOf('200', '14045554900', seconds)),
    );
    expect(states).toEqual([
      'NONE',
      'OPTED_IN',
      'OPTED_IN',
      'OPTED_IN',
      'OPTED_IN',
      'OPTED_IN',
      'OPTED_IN',
      'OPTED_OUT',
    ]);
    expect(await subscriber('200', '14045554900', `?at=${at(26)}`)).toMatchObject({
      consent: { since: at(20) },
      programs: [{ program: 'P', state: 'JOINED', since: at(20) }],
    });
    expect(await subscriber('200', '14045554900', `?at=${at(19)}`)).toEqual({
      consent: { state: 'NONE', since: null, confidence: null, evidence: null, coverage: 'PARTIAL' },
      programs: [],
    });
    expect((await side.get('/codes/200/subscribers/1?at=once')).status).toBe(400);
    expect((await side.get('/codes/200/subscribers/1?until=2026-01-01')).status).toBe(400);
  });

  it('knows a device however it is written, and nobody else', async () => {
    const national = { code: '300', deviceAddress: '4045554900', deviceE164: '+14045554900' };
    await side.append('subscriber-n', [routed(national), stop(national, 50)]);
    await side.append('subscriber-m', [stop({ code: '300', ...MALFORMED }, 51)]);
    for (const device of ['+14045554900', '14045554900', ' 14045554900', '4045554900', '1447ß7665544'])
      expect([device, await stateOf('300', device)]).toEqual([device, 'OPTED_OUT']);
    for (const device of ['+14477665544', '14477665544', '+14045554901', '404', 'nobody', '\0', 'ß'.repeat(300)])
      expect([device, await stateOf('300', device)]).toEqual([device, 'NONE']);
    expect(await stateOf('301', '14045554900')).toBe('NONE');
  });

  it('tells where a STOP may never arrive, now and then', async () => {
    const coverage = async (code: string, query = '') => (await subscriber(code, '1', query)).consent.coverage;
    await side.append('code-400', [provisioned('400', 60, 'KEYWORDS')]);
    expect(await coverage('400')).toBe('PARTIAL');
    await side.append('code-400', [
      new CodeChanged({ ...settings, code: '400', at: at(70), forwarding: 'KEYWORDS', forwardsOptOut: true }),
    ]);
    await side.append('code-401', [provisioned('401', 60, 'ALL')]);
    expect([await coverage('400'), await coverage('400', `?at=${at(69)}`)]).toEqual(['FULL', 'PARTIAL']);
    expect([await coverage('401'), await coverage('402')]).toEqual(['FULL', 'PARTIAL']);
  });

  it('lists subscribers in the order in which they changed, and misses nobody while the list grows', async () => {
    const who = (n: number) => ({ code: '500', deviceAddress: `1404555490${n}`, deviceE164: `+1404555490${n}` });
    for (let n = 0; n < 5; n++) await side.append(`subscriber-l${n}`, [stop(who(n), 100 + n)]);
    const list = (query: string) => read<FollowedPage<SubscriberItem>>(`/codes/500/subscribers?${query}`);
    const first = await list('limit=2&consent=OPTED_OUT');
    expect(first.items).toEqual([
      { deviceAddress: '14045554900', deviceE164: '+14045554900', consent: 'OPTED_OUT', since: at(100) },
      { deviceAddress: '14045554901', deviceE164: '+14045554901', consent: 'OPTED_OUT', since: at(101) },
    ]);
    // Somebody who was told already changes twice, somebody who was not yet changes once, and a STOP arrives late.
    await side.append('subscriber-l0', [start(who(0), 110)]);
    await side.append('subscriber-l0', [stop(who(0), 111)]);
    await side.append('subscriber-l3', [start(who(3), 112)]);
    await side.append('subscriber-l5', [stop(who(5), 90)]);
    const devices = ({ items }: FollowedPage<SubscriberItem>) => items.map(({ deviceAddress }) => deviceAddress.at(-1));
    const second = await list(`limit=2&consent=OPTED_OUT&cursor=${first.next}`);
    expect(devices(second)).toEqual(['2', '4']);
    const third = await list(`limit=2&consent=OPTED_OUT&cursor=${second.next}`);
    expect([devices(third), third.next]).toEqual([['0', '5'], null]);
    const nothing = await list(`consent=OPTED_OUT&cursor=${third.resume}`);
    expect([devices(nothing), nothing.resume]).toEqual([[], third.resume]);
    await side.append('subscriber-l6', [stop(who(6), 113)]);
    expect(devices(await list(`consent=OPTED_OUT&cursor=${nothing.resume}`))).toEqual(['6']);
    expect(devices(await list(''))).toEqual(['1', '2', '4', '0', '3', '5', '6']);
    expect(devices(await list('consent=OPTED_IN'))).toEqual(['3']);
    expect(devices(await list(`since=${at(111)}`))).toEqual(['0', '3', '6']);
    for (const query of ['consent=NONE', 'cursor=x', 'since=x', 'limit=0'])
      expect([query, (await side.get(`/codes/500/subscribers?${query}`)).status]).toEqual([query, 400]);
  });

  it('lists reviews, and what was decided', async () => {
    await side.append('subscriber-r', [review('r-1', '600', 700, 'OPT_OUT_CANDIDATE')]);
    await side.append('subscriber-r', [review('r-2', '600', 701, 'MALFORMED_SENDER', 'other')]);
    await side.append('subscriber-r', [resolved('r-2', '600', 'called\0 them')]);
    const ids = async (query: string) =>
      (await read<{ items: ReviewItem[] }>(`/reviews?${query}`)).items.map(({ id }) => id);
    expect((await read<{ items: ReviewItem[] }>('/reviews?code=600&state=OPEN')).items).toEqual([
      {
        id: 'r-1',
        kind: 'OPT_OUT_CANDIDATE',
        ledgerId: 'l700',
        organization: 'acme',
        code: '600',
        deviceAddress: '14045554900',
        text: "don't stop",
        createdAt: at(700),
        dueAt: at(900),
        state: 'OPEN',
        decision: null,
        note: null,
      },
    ]);
    for (const [query, found] of [
      ['code=600', ['r-2', 'r-1']],
      ['code=601', []],
      ['code=600&kind=MALFORMED_SENDER', ['r-2']],
      ['code=600&organization=acme', ['r-1']],
      ['code=600&state=RESOLVED', ['r-2']],
      ['code=600&limit=1', ['r-2']],
    ] as const)
      expect([query, await ids(query)]).toEqual([query, found]);
    expect(await read<ReviewItem>('/reviews/r-2')).toMatchObject({
      state: 'RESOLVED',
      decision: 'DISMISS',
      note: 'called\0 them',
    });
    expect((await side.get('/reviews/r-3')).status).toBe(404);
    expect((await side.get('/reviews?state=DONE')).status).toBe(400);
  });
});
