import { programStateAt, ProgramPaused, ProgramRetired } from '@mo-ledger/codes';
import { VoteCast } from '@mo-ledger/handler-vote';
import { messages } from '@mo-ledger/messages-read-model';
import { at } from '@mo-ledger/messages-read-model/testing';
import { startReadSide, type ReadSideUnderTest } from '@mo-ledger/read-model-kit/testing';
import type { ReadStore } from '@mo-ledger/read-store';
import { testReadStore } from '@mo-ledger/read-store/testing';
import { handlerResultsOf, keywordPrograms, KeywordProgramsReadModelModule, type ProgramItem } from './index.js';
import { code, device, happenings, program } from './testing/example-programs.js';
import { GuestSigned, handlersThen } from './testing/guestbook.js';

const HOUR = 3_600;
const PAST = '2020-01-01T00:00:00.000Z';
const FUTURE = '2120-01-01T00:00:00.000Z';

describe('programs', () => {
  let store: ReadStore;
  let side: ReadSideUnderTest;
  beforeAll(async () => {
    store = await testReadStore();
    if (store)
      side = await startReadSide(
        store,
        messages,
        [messages, keywordPrograms, handlerResultsOf(handlersThen)],
        [KeywordProgramsReadModelModule],
      );
  });
  afterAll(async () => {
    await side.stop();
    await store.close();
  });

  const read = async (path: string): Promise<Record<string, unknown>> => {
    const { status, json, text } = await side.get(path);
    if (status !== 200) throw new Error(`${path} answered ${status} ${text}`);
    return json;
  };
  const items = async (path: string) => (await read(path))['items'] as readonly Record<string, unknown>[];

  it('shows a program with its counts', async () => {
    const { matched, joined, optedOut } = happenings('100', 'P');
    await side.append('code-100', [code('100'), program('100', 'P', { startsAt: PAST, settings: { a: [1] } })]);
    const quiet = await read('/codes/100/programs/P');
    expect(quiet).toMatchObject({
      id: 'P',
      name: 'Program P',
      organization: 'acme',
      code: '100',
      handler: 'join',
      keywords: ['P'],
      match: 'FIRST',
      catchAll: false,
      settings: { a: [1] },
      state: 'ACTIVE',
      startsAt: PAST,
      endsAt: null,
      messages: 0,
      participants: 0,
      firstMessageAt: null,
      lastMessageAt: null,
      results: null,
    });
    await side.append('subscriber-1', [matched(1, 0), joined(1, 0)]);
    await side.append('subscriber-2', [matched(2, 10), joined(2, 10)]);
    await side.append('subscriber-1', [matched(1, 20)]);
    expect(await read('/codes/100/programs/P')).toEqual({
      ...quiet,
      messages: 3,
      participants: 2,
      firstMessageAt: at(0),
      lastMessageAt: at(20),
    });
    await side.append('subscriber-2', [optedOut(2, 30)]);
    expect(await read('/codes/100/programs/P')).toMatchObject({ messages: 3, participants: 1, lastMessageAt: at(20) });
    const path = '/codes/100/programs/P/participants';
    const gone = { ...device(2), state: 'LEFT', joinedAt: at(10), leftAt: at(30), carrier: 'cingular' };
    const there = { ...device(1), state: 'JOINED', joinedAt: at(0), leftAt: null, carrier: 'cingular' };
    expect(await items(path)).toEqual([
      { ...there, lastMessageAt: at(20) },
      { ...gone, lastMessageAt: at(10) },
    ]);
    expect(await items(`${path}?state=LEFT`)).toMatchObject([gone]);
    expect(await items(`${path}?state=JOINED`)).toMatchObject([there]);
  });

  it('shows what the program’s handler made of its events', async () => {
    const voting = program('200', 'V', { handler: 'vote', settings: { choices: ['RED', 'BLUE'] } });
    await side.append('code-200', [code('200'), voting]);
    expect(await read('/codes/200/programs/V')).toMatchObject({ results: {}, resultsError: null });
    const of = { code: '200', program: 'V', handler: 'vote', organization: 'acme' };
    const { matched } = happenings('200', 'V');
    await side.append('subscriber-21', [matched(21, 0), new VoteCast({ choice: 'RED' })], of);
    await side.append('subscriber-22', [matched(22, 1), new VoteCast({ choice: 'RED' })], of);
    expect(await read('/codes/200/programs/V')).toMatchObject({ results: { RED: 2 }, resultsError: null, messages: 2 });
  });

  it('still shows the results of a handler that is not installed any more', async () => {
    const removed = ['R', 'S'].map((id) => program('210', id, { handler: 'guestbook' }));
    await side.append('code-210', [code('210'), ...removed]);
    const of = { code: '210', program: 'R', handler: 'guestbook', organization: 'acme' };
    const { matched } = happenings('210', 'R');
    await side.append('subscriber-23', [matched(23, 0), new GuestSigned({ name: 'Ann' })], of);
    expect(await items('/programs?code=210')).toMatchObject([
      { id: 'R', results: { guests: ['first'], last: 'Ann' }, resultsError: null, messages: 1 },
      { id: 'S', results: null, resultsError: null, messages: 0 },
    ]);
    await side.append('subscriber-23', [new GuestSigned({ name: 'nobody' })], of);
    expect(await read('/codes/210/programs/R')).toMatchObject({
      results: { guests: ['first'], last: 'Ann' },
      resultsError: 'GuestSigned could not be counted: nobody cannot be counted',
    });
  });

  it('lists programs by every filter, page by page', async () => {
    const more = { organization: 'lists' };
    await side.append('code-300', [code('300', more), ...['A', 'B', 'C'].map((id) => program('300', id, more))]);
    await side.append('code-301', [
      code('301', more),
      program('301', 'A', { ...more, handler: 'info', startsAt: FUTURE }),
      program('301', 'B', { ...more, endsAt: PAST }),
    ]);
    await side.append('code-300', [new ProgramPaused({ code: '300', program: 'B', at: at(3) })]);
    await side.append('code-300', [new ProgramRetired({ code: '300', program: 'C', at: at(4) })]);
    const found = async (filter: string) =>
      (await items(`/programs?organization=lists&${filter}`)).map((item) => `${item['code']}/${item['id']}`);
    const cases = {
      '': ['300/A', '300/B', '300/C', '301/A', '301/B'],
      'code=300': ['300/A', '300/B', '300/C'],
      'handler=info': ['301/A'],
      'state=ACTIVE': ['300/A'],
      'state=PAUSED': ['300/B'],
      'state=RETIRED': ['300/C'],
      'state=SCHEDULED': ['301/A'],
      'state=ENDED': ['301/B'],
      'state=ENDED&code=300': [],
    };
    for (const [filter, expected] of Object.entries(cases))
      expect([filter, await found(filter)]).toEqual([filter, expected]);
    expect(await items('/programs?organization=nobody')).toEqual([]);

    const paged: unknown[] = [];
    for (let next: string | null = ''; next !== null;) {
      const page: Record<string, unknown> = await read(
        `/programs?organization=lists&limit=2${next && `&cursor=${next}`}`,
      );
      paged.push(...(page['items'] as readonly { id: string }[]).map(({ id }) => id));
      next = page['next'] as string | null;
    }
    expect(paged).toEqual(['A', 'B', 'C', 'A', 'B']);
  });

  it('has the state of a program that the domain has', async () => {
    const times = [null, PAST, FUTURE];
    const wanted = times.flatMap((startsAt) =>
      times.flatMap((endsAt) =>
        [false, true].flatMap((paused) => [false, true].map((retired) => ({ startsAt, endsAt, paused, retired }))),
      ),
    );
    await side.append('code-400', [
      code('400', { organization: 'states' }),
      ...wanted.flatMap(({ startsAt, endsAt, paused, retired }, n) => [
        program('400', `S${n}`, { organization: 'states', startsAt, endsAt }),
        ...(paused ? [new ProgramPaused({ code: '400', program: `S${n}`, at: at(3) })] : []),
        ...(retired ? [new ProgramRetired({ code: '400', program: `S${n}`, at: at(4) })] : []),
      ]),
    ]);
    const shown = (await items('/programs?code=400&limit=1000')) as unknown as ProgramItem[];
    const state = new Map(shown.map((item) => [item.id, item.state]));
    const now = new Date().toISOString();
    expect(wanted.map((_, n) => state.get(`S${n}`))).toEqual(wanted.map((one) => programStateAt(one, now)));
    for (const each of new Set(state.values())) {
      const filtered = await items(`/programs?code=400&limit=1000&state=${each}`);
      expect(filtered.map((item) => item['id'])).toEqual(shown.filter((one) => one.state === each).map(({ id }) => id));
    }
  });

  it('goes through participants page by page while they join, leave and join again', async () => {
    const { matched, joined, optedOut } = happenings('500', 'P');
    await side.append('code-500', [code('500'), program('500', 'P')]);
    for (let n = 0; n < 5; n++) await side.append(`subscriber-5${n}`, [matched(n, n), joined(n, n)]);
    const seen: unknown[] = [];
    for (let next: string | null = '', n = 0; next !== null; n++) {
      const page: Record<string, unknown> = await read(
        `/codes/500/programs/P/participants?limit=2${next && `&cursor=${next}`}`,
      );
      seen.push(...(page['items'] as readonly { deviceAddress: string }[]).map(({ deviceAddress }) => deviceAddress));
      next = page['next'] as string | null;
      await side.append(`subscriber-5${n}`, [optedOut(n, 100 + n)]);
      await side.append(`subscriber-5${n}`, [matched(n, 200 + n), joined(n, 200 + n)]);
    }
    expect(seen).toEqual([0, 1, 2, 3, 4].map((n) => device(n).deviceAddress));
  });

  it('shows activity by hour and by day, with each device once', async () => {
    const { matched, joined, optedOut } = happenings('600', 'P');
    await side.append('code-600', [code('600'), program('600', 'P')]);
    // The examples begin at noon.
    await side.append('subscriber-61', [matched(61, 0), joined(61, 0)]);
    await side.append('subscriber-61', [matched(61, 10)]);
    await side.append('subscriber-62', [matched(62, 20)]);
    await side.append('subscriber-61', [matched(61, 11 * HOUR)]);
    await side.append('subscriber-61', [matched(61, 12 * HOUR)]);
    await side.append('subscriber-61', [optedOut(61, 36 * HOUR)]);
    const path = '/codes/600/programs/P/activity';
    const noon = { from: at(0), messages: 3, joined: 1, left: 0, distinctDevices: 2 };
    const quiet = { joined: 0, left: 0 };
    const hours = [
      noon,
      { from: at(11 * HOUR), messages: 1, ...quiet, distinctDevices: 1 },
      { from: at(12 * HOUR), messages: 1, ...quiet, distinctDevices: 1 },
      { from: at(36 * HOUR), messages: 0, joined: 0, left: 1, distinctDevices: 0 },
    ];
    expect(await items(`${path}?interval=HOUR`)).toEqual(hours);
    const days = [
      { from: at(-12 * HOUR), messages: 4, joined: 1, left: 0, distinctDevices: 2 },
      { from: at(12 * HOUR), messages: 1, ...quiet, distinctDevices: 1 },
      { from: at(36 * HOUR), messages: 0, joined: 0, left: 1, distinctDevices: 0 },
    ];
    expect(await items(`${path}?interval=DAY`)).toEqual(days);
    expect(await items(path)).toEqual(days);
    expect(await items(`${path}?interval=HOUR&from=${at(11 * HOUR)}&to=${at(36 * HOUR)}`)).toEqual(hours.slice(1, 3));
    expect(await items(`${path}?interval=HOUR&from=${at(60)}&to=${at(61)}`)).toEqual([noon]);
    expect(await items(`${path}?interval=DAY&from=${at(13 * HOUR)}`)).toEqual(days.slice(1));
    const first = await read(`${path}?interval=HOUR&limit=3`);
    expect(first['items']).toEqual(hours.slice(0, 3));
    expect(await items(`${path}?interval=HOUR&cursor=${String(first['next'])}`)).toEqual(hours.slice(3));
    expect((await side.get(`${path}?interval=DAY&cursor=${String(first['next'])}`)).status).toBe(400);
  });

  it('refuses what it cannot read, and does not know what is not there', async () => {
    await side.append('code-700', [code('700'), program('700', 'P')]);
    const answers = {
      '/programs?organisation=x': 400,
      '/programs?state=active': 400,
      '/programs?limit=0': 400,
      '/programs?cursor=x': 400,
      '/codes/700/programs/P?x=1': 400,
      '/codes/700/programs/P/participants?state=GONE': 400,
      '/codes/700/programs/P/activity?interval=WEEK': 400,
      '/codes/700/programs/P/activity?from=yesterday': 400,
      '/codes/700/programs/Q': 404,
      '/codes/701/programs/P': 404,
      '/codes/700/programs/Q/participants': 404,
      '/codes/700/programs/Q/activity': 404,
      '/codes/700/programs/%00': 404,
    };
    for (const [path, status] of Object.entries(answers)) {
      const answer = await side.get(path);
      expect([path, answer.status, answer.json]).toEqual([path, status, expect.objectContaining({ status })]);
    }
  });
});
