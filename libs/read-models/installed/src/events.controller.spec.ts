import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEventStore } from '@mo-ledger/embedded-event-store';
import { Event, InMemoryEventLog, type EventLog } from '@mo-ledger/event-sourcing';
import { connectEventLog } from '@mo-ledger/event-store';
import { createService, type Service } from '@mo-ledger/http';
import { EVENT_LOG, EventsController } from './events.controller.js';
import type { EventItem } from './events.queries.js';

class Counted extends Event('Counted')<{ n: number }> {}
class Noted extends Event('Noted')<{ n: number }> {}
class NeverSeen extends Event('NeverSeen')<{ n: number }> {}

const metadata = { $correlationId: 'c', $causationId: 'd', recordedBy: 'spec', schemaVersion: 1 };

const inMemory = async () => ({ log: new InMemoryEventLog() as EventLog, close: async () => undefined });
const embedded = async () => {
  const dir = await mkdtemp(join(tmpdir(), 'mo-ledger-'));
  const server = await startEventStore({ dir, port: 0 });
  const log = connectEventLog({ url: server.url });
  const close = async () => {
    await log.close();
    await server.close();
    await rm(dir, { recursive: true });
  };
  return { log, close };
};

class UnderTestModule {}
const serve = (log: EventLog): Promise<Service> =>
  createService({
    name: 'spec',
    logLevel: 'silent',
    module: {
      module: UnderTestModule,
      controllers: [EventsController],
      providers: [{ provide: EVENT_LOG, useValue: log }],
    },
  });

describe.each([
  ['in memory', inMemory],
  ['in the embedded event store', embedded],
])('the events of a log %s', (_, open) => {
  let log: EventLog;
  let close: () => Promise<void>;
  let service: Service;
  let url: string;
  let positions: bigint[];
  let revision = -1n;

  const append = async (event: Counted | Noted) => {
    const expected = revision < 0n ? 'no_stream' : revision;
    const appended = await log.append('counter-1', [{ id: randomUUID(), event, metadata }], expected);
    ({ revision } = appended);
    return appended.position;
  };
  beforeAll(async () => {
    ({ log, close } = await open());
    service = await serve(log);
    url = await service.listen('127.0.0.1', 0);
    revision = -1n;
    positions = [];
    for (let n = 1; n <= 6; n++) positions.push(await append(n % 3 === 0 ? new Noted({ n }) : new Counted({ n })));
  });
  afterAll(async () => {
    // The client may have a connection that has carried nothing yet: to the server it is not idle, and would be waited for.
    service.fastify.server.closeAllConnections();
    await service.close();
    await close();
  });

  const get = async (path: string) => {
    const answer = await fetch(url + path);
    return { status: answer.status, json: (await answer.json()) as { items: EventItem[]; next: string | null } };
  };
  const numbers = (items: readonly EventItem[]) => items.map(({ data }) => (data as { n: number }).n);

  /** Follows until `count` events were told, and leaves. */
  const tail = async (query: string, count: number, connected = async (): Promise<unknown> => null, headers = {}) => {
    const leave = new AbortController();
    const answer = await fetch(`${url}/events/tail${query}`, { signal: leave.signal, headers });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
    const events: { id: string; event: string; data: EventItem }[] = [];
    const decoder = new TextDecoder();
    let text = '';
    let told = false;
    for await (const chunk of answer.body ?? []) {
      if (!told) await connected();
      told = true;
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      const whole = text.split('\n\n');
      text = whole.pop() ?? '';
      for (const block of whole) {
        const [, id, event, data] = /^id: (.*)\nevent: (.*)\ndata: (.*)$/.exec(block) ?? [];
        if (id && event && data) events.push({ id, event, data: JSON.parse(data) as EventItem });
      }
      if (events.length >= count) break;
    }
    leave.abort();
    return events;
  };

  it('are listed oldest first, page by page', async () => {
    const first = await get('/events?limit=4');
    expect(numbers(first.json.items)).toEqual([1, 2, 3, 4]);
    expect(first.json.items[0]).toEqual({
      position: String(positions[0]),
      stream: 'counter-1',
      revision: '0',
      id: expect.any(String),
      type: 'Counted',
      at: expect.stringMatching(/^\d{4}-.*Z$/),
      data: { n: 1 },
      metadata,
    });
    const second = await get(`/events?limit=4&cursor=${first.json.next}`);
    expect([numbers(second.json.items), second.json.next]).toEqual([[5, 6], null]);
    expect(await get('/events?limit=6')).toMatchObject({ json: { next: null } });
  });

  it('are listed strictly after a position, which may be any', async () => {
    expect(numbers((await get(`/events?after=${positions[3]}`)).json.items)).toEqual([5, 6]);
    expect(numbers((await get(`/events?after=${(positions[3] ?? 0n) - 1n}`)).json.items)).toEqual([4, 5, 6]);
    expect(await get(`/events?after=${positions[5]}`)).toMatchObject({ status: 200, json: { items: [], next: null } });
  });

  it('are listed by their types', async () => {
    const first = await get('/events?type=Noted&limit=1');
    expect(numbers(first.json.items)).toEqual([3]);
    expect(numbers((await get(`/events?type=Noted&limit=1&cursor=${first.json.next}`)).json.items)).toEqual([6]);
    expect(numbers((await get(`/events?type=Noted,Counted&after=${positions[1]}`)).json.items)).toEqual([3, 4, 5, 6]);
    expect(await get(`/events?type=${NeverSeen.type}`)).toMatchObject({ status: 200, json: { items: [], next: null } });
  });

  it('are shown one by one, by their position', async () => {
    expect(await get(`/events/${positions[1]}`)).toMatchObject({
      status: 200,
      json: { type: 'Counted', data: { n: 2 } },
    });
    for (const nothing of [(positions[1] ?? 0n) + 1n, 10n ** 12n, 'x'])
      expect((await get(`/events/${nothing}`)).status).toBe(404);
  });

  it.each([
    '/events?after=x',
    '/events?cursor=-1',
    '/events?limit=0',
    '/events?type=',
    '/events?type=$metadata',
    '/events?from=1',
    '/events/tail?after=soon',
    '/events/tail?limit=1',
    '/events/100?limit=1',
  ])('are not listed for what cannot be read: %s', async (path) => {
    expect((await get(path)).status).toBe(400);
  });

  it('are followed from a position on, through what is there to what is new', async () => {
    const events = await tail(`?after=${positions[3]}`, 3, () => append(new Counted({ n: 7 })));
    expect(numbers(events.map(({ data }) => data))).toEqual([5, 6, 7]);
    expect(events[0]).toMatchObject({ id: String(positions[4]), event: 'Counted', data: { stream: 'counter-1' } });
    const resumed = await tail(`?after=${positions[0]}`, 1, undefined, { 'last-event-id': events[1]?.id });
    expect(numbers(resumed.map(({ data }) => data))).toEqual([7]);
    expect((await fetch(`${url}/events/tail`, { headers: { 'last-event-id': 'x' } })).status).toBe(400);
  });

  it('are followed from the end where no position is told, and of the types that were asked for', async () => {
    const events = await tail('?type=Noted', 1, async () => {
      await append(new Counted({ n: 8 }));
      await append(new Noted({ n: 9 }));
    });
    expect(numbers(events.map(({ data }) => data))).toEqual([9]);
  });

  it('do not hold up the service when it stops', async () => {
    const own = await serve(log);
    const following = await fetch(`${await own.listen('127.0.0.1', 0)}/events/tail`);
    await own.close();
    expect(await following.text()).toMatch(/^retry: 1000\n\nid: \d+\n\n$/);
  });
});

describe('the events of a log that does not answer', () => {
  it('are not available, and none is said to be missing', async () => {
    const failure = Object.assign(new Error('away'), { code: 'NOT_READABLE' });
    const nothing = { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(failure) }) };
    const away = { readAll: () => nothing, subscribe: () => nothing } as unknown as EventLog;
    const service = await serve(away);
    const url = await service.listen('127.0.0.1', 0);
    const answers = ['/events', '/events?type=Counted', '/events/100', '/events/tail'].map((path) => fetch(url + path));
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([503, 503, 503, 503]);
    await service.close();
  });
});
