import type { LedgerEvent } from './answers.js';
import { FakeLedger, type FakeAnswer } from './testing/fake-ledger.js';
import { runMo } from './testing/run-mo.js';

const event = (position: number, data: object = { n: position }): LedgerEvent => ({
  ...{ position: String(position), stream: 'message-1', revision: '0', id: `e${position}`, type: 'MessageRecorded' },
  ...{ at: '2026-11-22T12:00:00.123Z', data, metadata: { recordedBy: 'receiver' } },
});
const told = (one: LedgerEvent) => `id: ${one.position}\nevent: ${one.type}\ndata: ${JSON.stringify(one)}\n\n`;
/** A stream that says this, in pieces that mean nothing, and then ends, is cut off or stays. */
const stream =
  (text: string, then: 'ends' | 'is cut' | 'stays'): FakeAnswer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const piece of `retry: 1000\n\n${text}`.match(/.{1,60}/gs) ?? []) response.write(piece);
    if (then === 'ends') response.end();
    if (then === 'is cut') setImmediate(() => response.destroy());
  };
const TAIL = 'GET /events/tail';

describe('mo events', () => {
  let ledger: FakeLedger;
  beforeEach(async () => {
    ledger = new FakeLedger();
    await ledger.start();
  });
  afterEach(() => ledger.stop());
  const run = (line: string, given = {}) => runMo(`events ${line}`, ledger.url, given);

  describe('tail', () => {
    it('tells each event on a line, as much as there is room for', async () => {
      const odd = event(12, { text: `\u001b[2J${'x'.repeat(200)}` });
      ledger.answers(TAIL, stream(told(event(7)) + told(odd), 'stays'));
      const { code, out } = await run('tail --after 5 --type MessageRecorded,VoteCast OptedOut --limit 2');
      expect(code).toBe(0);
      expect(ledger.asked[0]?.call).toBe(`${TAIL}?after=5&type=MessageRecorded%2CVoteCast%2COptedOut`);
      const [first = '', second = ''] = out.split('\n');
      expect(first).toBe('         7  2026-11-22 12:00:00Z  MessageRecorded           {"n":7}');
      expect(second).toMatch(/^ {8}12 .*"\\u001b\[2Jx+…$/);
      expect(second).toHaveLength(100);
    });

    it('is a JSON document a line for a script', async () => {
      ledger.answers(TAIL, stream(told(event(7)) + told(event(8)), 'stays'));
      const { out } = await run('tail --limit 2 --json');
      expect(
        out
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as unknown),
      ).toEqual([event(7), event(8)]);
    });

    it('goes on where it was when the stream was lost, also before it was told anything', async () => {
      const away: FakeAnswer = { status: 503, detail: 'The read side is starting; try again.' };
      ledger.answers(
        TAIL,
        stream('id: 5\n\n', 'ends'),
        away,
        stream(told(event(7)) + told(event(8)).slice(0, 40), 'ends'),
        stream(told(event(8)).slice(0, 40), 'is cut'),
        stream(told(event(8)), 'stays'),
      );
      const { code, out, err } = await run('tail --limit 2');
      expect([code, out.split('\n').map((line) => line.trim().split(' ')[0]), err]).toEqual([0, ['7', '8', ''], '']);
      expect(ledger.asked.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '5', '5', '7', '7']);
    });

    it('does not wait for a ledger that was never there', async () => {
      ledger.answers(TAIL, { status: 503, detail: 'The event store does not answer; try again.' });
      expect(await run('tail')).toEqual({
        code: 2,
        out: '',
        err: 'error: The event store does not answer; try again.\n',
      });
      expect(ledger.asked).toHaveLength(1);
    });

    it('is done when it is interrupted', async () => {
      const stop = new AbortController();
      ledger.answers(TAIL, (response) => {
        response
          .on('close', () => undefined)
          .writeHead(200)
          .write('id: 5\n\n');
        setImmediate(() => stop.abort());
      });
      expect(await run('tail', { signal: stop.signal })).toEqual({ code: 0, out: '', err: '' });
    });
  });

  describe('show', () => {
    it('shows one event, whole', async () => {
      ledger.answers('GET /events/12', { value: event(12, { text: 'a\nb\u009b' }) });
      expect((await run('show 12')).out.split('\n')).toEqual([
        'type      MessageRecorded',
        'position  12',
        'at        2026-11-22 12:00:00Z',
        'stream    message-1',
        'revision  0',
        'id        e12',
        'data',
        '  {',
        String.raw`    "text": "a\nb\u009b"`,
        '  }',
        'metadata',
        '  {',
        '    "recordedBy": "receiver"',
        '  }',
        '',
      ]);
      expect(JSON.parse((await run('show 12 --json')).out)).toEqual(event(12, { text: 'a\nb\u009b' }));
    });

    it('says that there is none, with 2', async () => {
      ledger.answers('GET /events/13', { status: 404, detail: 'There is no event at the position 13.' });
      expect(await run('show 13')).toEqual({ code: 2, out: '', err: 'error: There is no event at the position 13.\n' });
    });
  });
});
