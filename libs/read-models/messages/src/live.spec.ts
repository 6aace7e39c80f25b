import { openedLog, until } from '@mo-ledger/projections/testing';
import { startReadSide, type ReadSideUnderTest } from '@mo-ledger/read-model-kit/testing';
import type { ReadStore } from '@mo-ledger/read-store';
import { testReadStore } from '@mo-ledger/read-store/testing';
import { messages, MessagesReadModelModule } from './index.js';
import { matched, recorded } from './testing/index.js';

describe('GET /live', () => {
  let store: ReadStore;
  let side: ReadSideUnderTest;
  beforeAll(async () => {
    store = await testReadStore();
    await start();
    await post('before');
    // It is shown: what follows from here on does not begin with it.
    await side.get('/messages');
  });
  afterAll(async () => {
    await side.stop();
    await store.close();
  });

  const log = openedLog();
  const start = async () => {
    side = await startReadSide(store, messages, [messages], [MessagesReadModelModule], await log);
    await until(
      'messages are told',
      () => side.get('/messages'),
      ({ status }) => status === 200,
    );
  };
  const post = async (id: string) => {
    const position = await side.append(`message-${id}`, [recorded(id, 0)]);
    await side.append('s', [matched(id, position)]);
  };

  /** Reads events until there are `count` of them, and leaves. */
  const listen = async (
    count: number,
    headers: Record<string, string> = {},
    connected: () => Promise<void> = async () => undefined,
  ) => {
    const leave = new AbortController();
    const answer = await fetch(`${side.url}/live`, { headers, signal: leave.signal });
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    const events: { id: string; type: string; message: { id: string; routing: { outcome: string } } }[] = [];
    let text = '';
    let told = false;
    const decoder = new TextDecoder();
    for await (const chunk of answer.body ?? []) {
      if (!told) await connected();
      told = true;
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const lines = new Map(
          text
            .slice(0, end)
            .split('\n')
            .map((line) => [line.split(': ')[0], line.slice(line.indexOf(': ') + 2)]),
        );
        text = text.slice(end + 2);
        const data = lines.get('data');
        if (data)
          events.push({
            id: lines.get('id') ?? '',
            type: lines.get('event') ?? '',
            message: JSON.parse(data) as never,
          });
      }
      if (events.length >= count) break;
    }
    leave.abort();
    return events;
  };

  it('tells each message as it is projected and once it is routed, and resumes where it was', async () => {
    const seen = await listen(4, {}, async () => {
      await post('l1');
      await post('l2');
    });
    const told = seen.map(({ type, message }) => `${type} ${message.id}`);
    expect(told.filter((what) => what.startsWith('message'))).toEqual(['message l1', 'message l2']);
    expect(told.filter((what) => what.startsWith('routed'))).toEqual(['routed l1', 'routed l2']);
    await post('l3');
    const first = seen.find(({ type, message }) => type === 'message' && message.id === 'l2');
    const resumed = await listen(3, { 'last-event-id': first?.id ?? '' });
    expect(resumed.map(({ type, message }) => `${type} ${message.id}`)).toEqual([
      'routed l2',
      'message l3',
      'routed l3',
    ]);
    expect(resumed.map(({ message }) => message.routing.outcome)).toEqual(['MATCHED', 'MATCHED', 'MATCHED']);
  });

  it('can be told from the beginning, and refuses an id that it never gave', async () => {
    const told = await listen(2, { 'last-event-id': '0' });
    expect(told.slice(0, 2).map(({ message }) => message.id)).toEqual(['before', 'before']);
    expect((await side.get('/live?lastEventId=x')).status).toBe(400);
  });

  it('ends when the service stops, so that nothing holds it up', async () => {
    const answer = await fetch(`${side.url}/live`);
    await side.stop();
    expect(await answer.text()).toContain('retry:');
    await start();
  });
});
