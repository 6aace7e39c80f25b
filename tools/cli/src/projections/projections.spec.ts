import type { ProjectionStatus } from '../answers.js';
import { aBuild, aParked, aStatus, aVerification, stopped } from '../testing/answers.js';
import { FakeLedger, type FakeAnswer } from '../testing/fake-ledger.js';
import { runMo } from '../testing/run-mo.js';

const value = (it: unknown): FakeAnswer => ({ value: it });
const lines = (...all: string[]) => `${all.join('\n')}\n`;

describe('mo projections', () => {
  let ledger: FakeLedger;
  beforeEach(async () => {
    ledger = new FakeLedger();
    await ledger.start();
  });
  afterEach(() => ledger.stop());

  const run = (line: string, given: Parameters<typeof runMo>[2] = {}) =>
    runMo(`projections ${line}`, ledger.url, given);
  const statuses = (...all: Partial<ProjectionStatus>[]) =>
    ledger.answers('GET /projections/messages', ...all.map((one) => value(aStatus(one))));
  const posted = () =>
    ledger.asked.filter(({ call }) => call.startsWith('POST')).map(({ call, body }) => [call, body] as const);

  describe('list', () => {
    const filling: Partial<ProjectionStatus> = {
      ...{ name: 'keyword-programs', state: 'REBUILDING', lagSeconds: 1.23, eventsPerSecond: 12_345 },
      progress: { handled: 45, total: 100, percent: 45, secondsLeft: 200 },
    };

    it('shows how far and how fast every one is', async () => {
      ledger.answers('GET /projections', value({ items: [aStatus(), aStatus(filling)], next: null }));
      expect(await run('list')).toEqual({
        code: 0,
        out: lines(
          'PROJECTION        STATE         LAG        SPEED  PROGRESS             PARKED',
          'messages          LIVE          0 s       0 ev/s  100 %                     0',
          'keyword-programs  REBUILDING  1.2 s  12,345 ev/s  45 %, 3 m 20 s left       0',
        ),
        err: '',
      });
    });

    it('says where one stands still, why, and what to do; with 1', async () => {
      ledger.answers('GET /projections', value({ items: [aStatus({ ...stopped, parked: 2 })], next: null }));
      const { code, out } = await run('list');
      expect(code).toBe(1);
      expect(out).toContain(
        lines(
          'messages stands still at MessageRecorded, position 4800: value too long',
          '  to look at the event  npm run mo -- events show 4800',
          '  to go on without it   npm run mo -- projections park messages',
        ),
      );
      const silent = { name: 'consent', state: 'STOPPED', lastError: 'no word from the projector for 20 s' } as const;
      ledger.answers('GET /projections', value({ items: [aStatus(silent)], next: null }));
      expect((await run('list')).out).toContain('consent stands still: no word from the projector for 20 s\n');
    });

    it('is the answer of the ledger for a script, with the same exit code', async () => {
      const page = { items: [aStatus(stopped)], next: null };
      ledger.answers('GET /projections', value(page));
      const { code, out, err } = await run('list --json');
      expect([code, JSON.parse(out), err]).toEqual([1, page, '']);
    });

    it('has colours on a terminal, unless there shall be none', async () => {
      ledger.answers('GET /projections', value({ items: [aStatus()], next: null }));
      expect((await run('list', { isTTY: true })).out).toContain('\u001b[32mLIVE\u001b[39m');
      const env = { LEDGER_URL: ledger.url, NO_COLOR: '1' };
      expect((await run('list', { isTTY: true, env })).out).not.toContain('\u001b');
    });
  });

  describe('show', () => {
    it('tells everything about one, and its builds', async () => {
      statuses({
        ...{ state: 'REBUILDING', gap: '1234567', lagSeconds: 75, eventsPerSecond: 900, parked: 1 },
        ...{ batch: { size: 500, closedBy: 'FULL' }, onFailure: 'PARK', lastError: 'connection lost' },
        progress: { handled: 45, total: null, percent: 45, secondsLeft: null },
        builds: [
          aBuild({ parked: 1 }),
          aBuild({ build: 'messages_v2_2', version: 2, state: 'FILLING', position: null, percent: 0, handled: 0 }),
        ],
      });
      expect(await run('show messages')).toMatchObject({
        code: 0,
        out: lines(
          'messages, version 1: REBUILDING',
          '  position    4711, 1,234,567 before the end of the log',
          '  lag         1 m 15 s',
          '  speed       900 ev/s; last 500 events at once, a full batch',
          '  progress    45 % (45 events)',
          '  parked      1 event: npm run mo -- projections parked messages',
          '  on failure  parks the event and goes on',
          '  projector   ledger:17',
          '  last error  connection lost',
          '',
          'BUILD          VERSION  STATE    POSITION  EVENTS  PROGRESS  PARKED',
          'messages_v1_1        1  SERVING      4711  12,345     100 %       1',
          'messages_v2_2        2  FILLING         –       0       0 %       0',
        ),
      });
    });

    it('says why one stands still, with 1; 2 for one that is not there', async () => {
      statuses(stopped);
      const { code, out } = await run('show messages');
      expect([code, out]).toEqual([1, expect.stringContaining('messages stands still at MessageRecorded')]);
      ledger.answers('GET /projections/a%2Fb', { status: 404, detail: 'There is no projection a/b.' });
      expect(await run('show a/b')).toEqual({ code: 2, out: '', err: 'error: There is no projection a/b.\n' });
    });
  });

  describe('rebuild', () => {
    const fresh = (percent: number, state: 'FILLING' | 'SERVING' | 'KEPT' = 'FILLING') => ({
      ...({ state: 'REBUILDING', eventsPerSecond: 12_345 } as const),
      progress: { handled: percent, total: 100, percent, secondsLeft: 200 - percent },
      builds: [
        aBuild(),
        aBuild({ build: 'messages_v1_2', percent, handled: percent * 10, state, position: String(percent) }),
      ],
    });
    beforeEach(() => ledger.answers('POST /projections/messages/rebuild', value({ build: 'messages_v1_2' })));

    it('shows how far it is until the new build serves, and how long it takes once that can be told', async () => {
      statuses({}, fresh(0), fresh(5), fresh(50), fresh(100, 'SERVING'));
      expect(await run('rebuild messages')).toEqual({
        code: 0,
        out: 'messages_v1_2 serves now, made of 1,000 events.\n',
        err: lines(
          'messages_v1_2: 0 %, 12,345 ev/s',
          'messages_v1_2: 50 %, 12,345 ev/s, 2 m 30 s left',
          'messages_v1_2: 100 %, 12,345 ev/s, 1 m 40 s left',
        ),
      });
    });

    it('shows a bar on a terminal, and leaves the terminal as it was', async () => {
      statuses(fresh(50), fresh(100, 'SERVING'));
      const { code, err } = await run('rebuild messages', { isTTY: true });
      expect(code).toBe(0);
      expect(err).toContain('messages_v1_2 ████████████░░░░░░░░░░░░ 50 %  12,345 ev/s');
      expect(err.lastIndexOf('\u001b[?25h')).toBeGreaterThan(err.lastIndexOf('\u001b[?25l'));
    });

    it('shows nothing to a script but how it ended', async () => {
      statuses(fresh(50), fresh(100, 'SERVING'));
      const { code, out, err } = await run('rebuild messages --json', { isTTY: true });
      expect([code, err]).toEqual([0, '']);
      expect(JSON.parse(out)).toEqual({
        build: 'messages_v1_2',
        serves: true,
        projection: aStatus(fresh(100, 'SERVING')),
      });
    });

    it('comes back at once where nobody waits', async () => {
      expect(await run('rebuild messages --no-wait')).toMatchObject({ code: 0, err: '' });
      expect(ledger.asked.map(({ call }) => call)).toEqual(['POST /projections/messages/rebuild']);
      expect(JSON.parse((await run('rebuild messages --no-wait --json')).out)).toEqual({ build: 'messages_v1_2' });
    });

    it('goes on while the build that serves stands still, and the new one does not', async () => {
      const moving = Array.from({ length: 50 }, (_, n) => ({ ...fresh(n), ...stopped }));
      statuses(...moving, fresh(100, 'SERVING'));
      expect((await run('rebuild messages')).code).toBe(0);
    });

    it.each([
      [
        'stands still',
        { ...fresh(50), ...stopped },
        'messages stands still at MessageRecorded, position 4800: value too long',
      ],
      ['is dropped', {}, 'messages_v1_2 is not there any more: it was dropped before it served.'],
      ['is replaced', fresh(60, 'KEPT'), 'messages_v1_2 does not serve: another build took its place, and it is kept.'],
    ])('says so where the new build %s, with 1', async (_, last, said) => {
      statuses(fresh(50), last);
      const { code, out } = await run('rebuild messages');
      expect([code, out.split('\n')[0]]).toEqual([1, said]);
      statuses(fresh(50), last);
      expect(JSON.parse((await run('rebuild messages --json')).out)).toMatchObject({ serves: false });
    });

    it('takes no projection that nobody has, or that does not tell of builds, for one that dropped it', async () => {
      statuses(fresh(50), { state: 'STANDBY' }, { builds: [] }, fresh(60), { builds: [] }, fresh(100, 'SERVING'));
      expect((await run('rebuild messages')).code).toBe(0);
      statuses(fresh(50), { state: 'STANDBY', builds: [] });
      const { code, out } = await run('rebuild messages');
      expect([code, out]).toEqual([1, 'What became of messages_v1_2 is not known: no projector has messages.\n']);
    });

    it('waits for a ledger that is started again, but not for ever', async () => {
      const away: FakeAnswer = { status: 503, detail: 'The read side is starting; try again.' };
      const cut: FakeAnswer = (response) => response.destroy();
      ledger.answers(
        'GET /projections/messages',
        value(aStatus(fresh(1))),
        away,
        cut,
        away,
        value(aStatus(fresh(100, 'SERVING'))),
      );
      expect((await run('rebuild messages')).code).toBe(0);
      ledger.answers('GET /projections/messages', away);
      expect(await run('rebuild messages')).toMatchObject({
        code: 2,
        err: 'error: The read side is starting; try again.\n',
      });
    });

    it('leaves the ledger to it where it is interrupted', async () => {
      statuses(fresh(50));
      const stop = new AbortController();
      const pause = async () => stop.abort();
      const { code, err } = await run('rebuild messages', { signal: stop.signal, pause });
      expect(code).toBe(130);
      expect(err).toContain('interrupted; what was begun goes on in the ledger\n');
    });
  });

  describe('verify', () => {
    const url = '/projections/messages/verify';
    beforeEach(() => ledger.answers(`POST ${url}`, value({ verification: 'v1' })));

    it('says that the read model is what the log makes of it', async () => {
      ledger.answers(
        `GET ${url}`,
        { status: 404, detail: 'It was never verified.' },
        value(aVerification({ id: 'earlier' })),
        value(aVerification({ state: 'WAITING', percent: 0, equal: null })),
        value(aVerification({ state: 'FILLING', percent: 92, equal: null })),
        value(aVerification({ state: 'COMPARING', percent: 93, equal: null })),
        value(aVerification()),
      );
      expect(await run('verify messages')).toEqual({
        code: 0,
        out: lines(
          'messages equals what the log makes of it, up to position 4711.',
          '',
          'TABLE       ROWS  MISSING  EXTRA  DIFFERENT',
          'messages  12,345        0      0          0',
        ),
        err: lines(
          'messages: 0 %, waits for its turn',
          'messages: 92 %, builds it once more from the log',
          'messages: 93 %, compares the two',
          'messages: 100 %, done',
        ),
      });
    });

    const different = aVerification({
      equal: false,
      tables: [
        { table: 'messages', rows: 12_345, missing: 1, extra: 0, different: 1_200 },
        { table: 'quarantine', rows: 0, missing: 0, extra: 1, different: 0 },
      ],
      differences: [
        { table: 'messages', kind: 'MISSING', key: { id: 'm1', part: '2' }, columns: [] },
        { table: 'messages', kind: 'DIFFERENT', key: { id: `m2${'x'.repeat(100)}` }, columns: ['outcome', 'program'] },
        { table: 'quarantine', kind: 'EXTRA', key: { id: 'q1' }, columns: [] },
      ],
    });

    it('says by table what differs, and the first differences by key; with 1', async () => {
      ledger.answers(`GET ${url}`, value(different));
      const { code, out } = await run('verify messages');
      expect(code).toBe(1);
      expect(out).toBe(
        lines(
          'messages DIFFERS FROM what the log makes of it, up to position 4711.',
          '',
          'TABLE         ROWS  MISSING  EXTRA  DIFFERENT',
          'messages    12,345        1      0      1,200',
          'quarantine       0        0      1          0',
          '',
          'The first differences:',
          'TABLE       DIFFERENCE  KEY                                                         COLUMNS',
          'messages    MISSING     id=m1 part=2',
          `messages    DIFFERENT   id=m2${'x'.repeat(52)}…  outcome, program`,
          'quarantine  EXTRA       id=q1',
          '… and 1,199 more',
        ),
      );
      for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
      expect(JSON.parse((await run('verify messages --json')).out)).toEqual(different);
    });

    it('says that it could not be found out, with 1', async () => {
      ledger.answers(`GET ${url}`, value(aVerification({ state: 'FAILED', equal: null, error: 'no room left' })));
      expect(await run('verify messages')).toMatchObject({
        code: 1,
        out: 'messages could not be verified: no room left\n',
      });
      ledger.answers(`GET ${url}`, value(aVerification({ state: 'FILLING' })), value(aVerification({ id: 'v2' })));
      const { code, err } = await run('verify messages');
      expect([code, err]).toEqual([
        1,
        expect.stringContaining('another verification of messages took the place of this one'),
      ]);
    });
  });

  describe('switch and drop', () => {
    it('let another build serve', async () => {
      ledger.answers('POST /projections/messages/switch', value({ build: 'messages_v1_1' }));
      expect(await run('switch messages')).toMatchObject({
        code: 0,
        out: 'messages_v1_1 serves now; the one that served is kept.\n',
      });
      await run('switch messages messages_v1_1');
      expect(posted().map(([, body]) => body)).toEqual([{}, { build: 'messages_v1_1' }]);
      ledger.answers('POST /projections/messages/switch', { status: 409, detail: 'messages_v1_1 is not as far.' });
      expect(await run('switch messages')).toEqual({ code: 2, out: '', err: 'error: messages_v1_1 is not as far.\n' });
    });

    it('delete builds that do not serve', async () => {
      ledger.answers(
        'POST /projections/messages/drop',
        value({ dropped: ['messages_v1_1', 'messages_v1_2'] }),
        value({ dropped: [] }),
      );
      expect((await run('drop messages')).out).toBe('Dropped messages_v1_1, messages_v1_2.\n');
      expect((await run('drop messages messages_v1_1')).out).toBe('There was nothing to drop.\n');
      expect(posted().map(([, body]) => body)).toEqual([{}, { build: 'messages_v1_1' }]);
      expect(JSON.parse((await run('drop messages --json')).out)).toEqual({ dropped: [] });
    });
  });

  describe('parked', () => {
    const url = '/projections/messages/parked';
    const parked = (...all: ReturnType<typeof aParked>[]) => value({ items: all, next: null });
    const behind = aParked({ position: '4900', behind: true, parkedAt: null });

    it('lists what it goes on without, and why', async () => {
      ledger.answers(`GET ${url}`, parked(aParked(), behind), parked());
      expect(await run('parked messages')).toMatchObject({
        code: 0,
        out: lines(
          'POSITION  TYPE             PARKED AT             WHY',
          '    4800  MessageRecorded  2026-11-22 12:00:00Z  value too long',
          '    4900  MessageRecorded  –                     behind one that is parked',
          '',
          '  to try them again  npm run mo -- projections replay messages',
        ),
      });
      expect((await run('parked messages')).out).toBe('messages has parked nothing.\n');
      expect(JSON.parse((await run('parked messages --json')).out)).toEqual({ items: [], next: null });
    });

    it('has the event that it stands still at, once it is parked', async () => {
      statuses(stopped);
      ledger.answers('POST /projections/messages/park', value({}));
      const { code, out } = await run('park messages');
      expect([code, out.split('\n')[0]]).toEqual([
        0,
        'MessageRecorded at position 4800 is parked, and messages goes on.',
      ]);
      expect(JSON.parse((await run('park messages --json')).out)).toEqual({ parked: stopped.stoppedAt });
      ledger.answers('POST /projections/messages/park', { status: 409, detail: 'messages does not stand still.' });
      expect(await run('park messages')).toEqual({ code: 2, out: '', err: 'error: messages does not stand still.\n' });
    });

    describe('and replayed', () => {
      beforeEach(() => {
        statuses({});
        ledger.answers(`POST ${url}/replay`, value({ replaying: 2 }));
      });

      it('waits until nothing is left', async () => {
        ledger.answers(`GET ${url}`, parked(aParked(), behind), parked(aParked(), behind), parked(behind), parked());
        expect(await run('replay messages')).toEqual({
          code: 0,
          out: '2 events replayed; nothing is parked any more.\n',
          err: lines('messages: 0 %, 2 events left', 'messages: 50 %, 1 event left', 'messages: 100 %, 0 events left'),
        });
        ledger.answers(`POST ${url}/replay`, value({ replaying: 0 }));
        expect(await run('replay messages')).toMatchObject({ code: 0, out: 'messages has parked nothing.\n' });
      });

      it('ends where one fails again, with 1', async () => {
        const again = aParked({ parkedAt: '2026-11-22T13:00:00Z' });
        ledger.answers(`GET ${url}`, parked(aParked(), behind), parked(aParked(), behind), parked(again, behind));
        expect(await run('replay messages')).toMatchObject({
          code: 1,
          out: lines('MessageRecorded at position 4800 failed again: value too long', '2 events still parked.'),
        });
        ledger.answers(`GET ${url}`, parked(aParked(), behind), parked(again, behind));
        const { code, out } = await run('replay messages --json');
        expect([code, JSON.parse(out)]).toEqual([1, { replaying: 2, left: 2, failed: again }]);
      });

      it('ends where nothing moves any more, with 1', async () => {
        ledger.answers(`GET ${url}`, parked(aParked(), behind));
        expect(await run('replay messages')).toMatchObject({
          code: 1,
          out: lines('Nothing moves any more.', '2 events still parked.'),
        });
        statuses(stopped);
        expect((await run('replay messages')).out).toContain('messages stands still at MessageRecorded');
      });
    });
  });
});
