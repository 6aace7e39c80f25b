import { InMemoryEventLog, LedgerKey, NotDurable, type EventLog } from '@mo-ledger/event-sourcing';
import { PostRecorder } from './post-recorder.js';
import type { DeliveryAttempt, Post } from './post.js';
import { attempt, messagePost, quarantinedPost, statusPost } from './spec-posts.js';

const key = new LedgerKey('0'.repeat(64));
const HOUR_MS = 3_600_000;
const START = Date.parse('2026-11-22T12:00:00.000Z');

describe('recording posts', () => {
  let log: InMemoryEventLog;
  let recorder: PostRecorder;
  let attempts = 0;
  const recorderOn = (on: EventLog) => new PostRecorder(on, key, { recordedBy: 'receiver', clock: () => 0 });
  beforeEach(() => {
    log = new InMemoryEventLog();
    recorder = recorderOn(log);
  });
  const record = (post: Post, organization = 'acme', more: Partial<DeliveryAttempt> = {}) =>
    recorder.record({ organization, gateway: 'kaleyra', post, attempt: attempt(`attempt-${attempts++}`, more) });
  const outcomes = (recorded: { outcome: string }[]) => recorded.map(({ outcome }) => outcome).sort();
  const atHour = (hours: number) => ({ receivedAt: new Date(START + hours * HOUR_MS).toISOString() });

  it('keeps a first delivery without reading anything', async () => {
    const appendOnly = { append: log.append.bind(log) } as unknown as EventLog;
    const { outcome, ledgerId, position } = await recorderOn(appendOnly).record({
      ...{ organization: 'acme', gateway: 'kaleyra', post: messagePost(), attempt: attempt('1') },
    });
    expect(outcome).toBe('RECORDED');
    expect(log.events).toMatchObject([{ type: 'MessageRecorded', stream: `message-${ledgerId}`, position }]);
  });

  it('records twenty parallel deliveries as one message with twenty attempts', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => record(messagePost())));
    expect(outcomes(all)).toEqual([...Array.from({ length: 19 }, () => 'DUPLICATE'), 'RECORDED']);
    expect(new Set(log.events.map(({ stream }) => stream)).size).toBe(1);
    expect(new Set(all.map(({ position }) => position)).size).toBe(20);
  });

  it('records parallel deliveries to several receivers as one message', async () => {
    const receivers = [recorder, recorderOn(log), recorderOn(log)];
    const all = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        receivers[i % 3]?.record({
          ...{ organization: 'acme', gateway: 'kaleyra', post: messagePost(), attempt: attempt(`parallel-${i}`) },
        }),
      ),
    );
    expect(outcomes(all.flatMap((one) => one ?? []))).toEqual([
      ...Array.from({ length: 11 }, () => 'DUPLICATE'),
      'RECORDED',
    ]);
  });

  it('writes nothing twice for one request, and an event for each request', async () => {
    const same = { organization: 'acme', gateway: 'kaleyra', post: messagePost(), attempt: attempt('one request') };
    const first = await recorder.record(same);
    expect(await recorder.record(same)).toEqual(first);
    expect(log.events).toHaveLength(1);
    await record(messagePost());
    expect(log.events).toHaveLength(2);
  });

  it('knows a message for ever where the gateway gave it an id', async () => {
    await record(messagePost());
    expect((await record(messagePost(), 'acme', atHour(10_000))).outcome).toBe('DUPLICATE');
    expect((await record(messagePost({ message: 'STOP' }))).outcome).toBe('CONFLICT');
  });

  it("never lets one organization's identities meet another's", async () => {
    for (const post of [messagePost(), messagePost({ message_id: null }), statusPost(), quarantinedPost()]) {
      const [ours, theirs] = [await record(post, 'acme'), await record(post, 'other')];
      expect(theirs.outcome).toBe(ours.outcome);
      expect(theirs.ledgerId).not.toBe(ours.ledgerId);
    }
  });

  it('puts nothing personal into streams and metadata', async () => {
    await record(messagePost({ message_id: '148929155953' }));
    const { stream, metadata } = log.events[0] ?? {};
    expect(JSON.stringify({ stream, metadata })).not.toMatch(/14045554900|148929155953/);
    expect(metadata).toMatchObject({ recordedBy: 'receiver', organization: 'acme', schemaVersion: 1 });
  });

  describe('a message without an id', () => {
    const nameless = messagePost({ message_id: null });

    it('is a duplicate while the gateway may still retry, counted from the last attempt', async () => {
      const first = await record(nameless);
      expect((await record(nameless, 'acme', atHour(21))).ledgerId).toBe(first.ledgerId);
      expect(await record(nameless, 'acme', atHour(42))).toMatchObject({
        ...{ outcome: 'DUPLICATE', ledgerId: first.ledgerId },
      });
    });

    it('is a new message once the schedule has run out', async () => {
      const first = await record(nameless);
      const second = await record(nameless, 'acme', atHour(22));
      expect(second.outcome).toBe('RECORDED');
      expect(second.ledgerId).not.toBe(first.ledgerId);
      expect(await record(nameless, 'acme', atHour(23))).toMatchObject({
        ...{ outcome: 'DUPLICATE', ledgerId: second.ledgerId },
      });
    });

    it('is one new message however many come at once then', async () => {
      await record(nameless);
      const all = await Promise.all(Array.from({ length: 8 }, () => record(nameless, 'acme', atHour(30))));
      expect(outcomes(all)).toEqual([...Array.from({ length: 7 }, () => 'DUPLICATE'), 'RECORDED']);
    });

    it('is found among many generations without reading them all', async () => {
      for (let day = 0; day < 70; day++)
        expect((await record(nameless, 'acme', atHour(24 * day))).outcome).toBe('RECORDED');
      let reads = 0;
      const counting = {
        append: log.append.bind(log),
        readStream: (...args: Parameters<EventLog['readStream']>) => {
          reads++;
          return log.readStream(...args);
        },
      } as unknown as EventLog;
      await recorderOn(counting).record({
        ...{ organization: 'acme', gateway: 'kaleyra', post: nameless, attempt: attempt('late', atHour(24 * 69 + 1)) },
      });
      expect(log.events.at(-1)?.type).toBe('MessageRedelivered');
      expect(reads).toBeLessThan(40);
    });

    it('follows the schedule that is set', async () => {
      const hasty = new PostRecorder(log, key, { recordedBy: 'receiver', clock: () => 0, retryMinutes: [30, 31] });
      const deliver = (n: number, hours: number) =>
        hasty.record({
          ...{
            organization: 'acme',
            gateway: 'kaleyra',
            post: nameless,
            attempt: attempt(`hasty-${n}`, atHour(hours)),
          },
        });
      await deliver(1, 0);
      expect((await deliver(2, 1.9)).outcome).toBe('DUPLICATE');
      expect((await deliver(3, 3.9)).outcome).toBe('RECORDED');
    });
  });

  describe('a status notification', () => {
    it('is one for each status code, and repeats are attempts', async () => {
      expect((await record(statusPost())).outcome).toBe('STATUS');
      expect((await record(statusPost({ status_code: '300' }))).outcome).toBe('STATUS');
      expect((await record(statusPost())).outcome).toBe('DUPLICATE');
      expect(log.events.map(({ type }) => type)).toEqual([
        ...['StatusNotificationRecorded', 'StatusNotificationRecorded', 'StatusNotificationRedelivered'],
      ]);
    });

    it('shares no id space with messages', async () => {
      const [message, status] = [await record(messagePost()), await record(statusPost())];
      expect(status.ledgerId).not.toBe(message.ledgerId);
    });
  });

  it('counts a repeat of quarantined bytes as another attempt', async () => {
    expect((await record(quarantinedPost())).outcome).toBe('QUARANTINED');
    expect((await record(quarantinedPost())).outcome).toBe('DUPLICATE');
    const other = { raw: { base64: 'eQ==', contentType: null } };
    expect((await record(quarantinedPost(), 'acme', other)).outcome).toBe('QUARANTINED');
  });

  it('does not begin what can no longer be done in time', async () => {
    await record(messagePost());
    const late = {
      organization: 'acme',
      gateway: 'kaleyra',
      post: messagePost(),
      attempt: attempt('late'),
      deadline: -1,
    };
    await expect(recorder.record(late)).rejects.toBeInstanceOf(NotDurable);
    expect(log.events).toHaveLength(1);
  });
});
