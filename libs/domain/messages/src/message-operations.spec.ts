import { InMemoryEventLog, LedgerKey } from '@mo-ledger/event-sourcing';
import type { Gateway } from './gateway.js';
import { MessageOperations } from './message-operations.js';
import type { QuarantinedPostReprocessed } from './message.events.js';
import type { Post } from './post.js';
import { PostRecorder } from './post-recorder.js';
import { attempt, messagePost, quarantinedPost } from './spec-posts.js';

const key = new LedgerKey('0'.repeat(64));
const operation = (commandId: string) => ({ commandId, at: '2026-11-23T12:00:00.000Z' });

describe('operators', () => {
  let log: InMemoryEventLog;
  let recorder: PostRecorder;
  let todaysRules: () => Post;
  let operations: MessageOperations;
  beforeEach(() => {
    log = new InMemoryEventLog();
    recorder = new PostRecorder(log, key, { recordedBy: 'admin-api', clock: () => 0 });
    const gateway: Gateway = { name: 'kaleyra', read: () => todaysRules() };
    operations = new MessageOperations(log, key, recorder, [gateway], 'admin-api');
  });
  const record = (post: Post) =>
    recorder.record({ organization: 'acme', gateway: 'kaleyra', post, attempt: attempt('first') });
  const types = () => log.events.map(({ type }) => type);
  const reprocessed = () => log.events.at(-1)?.data as QuarantinedPostReprocessed['data'];

  it('have a quarantined post read again, and it is recorded as it was received then', async () => {
    const { ledgerId } = await record(quarantinedPost());
    todaysRules = () => messagePost();
    const position = await operations.reprocess(ledgerId, operation('1'));
    expect(types()).toEqual(['PostQuarantined', 'MessageRecorded', 'QuarantinedPostReprocessed']);
    expect(log.events[1]?.data).toMatchObject({
      ...{ kind: 'MO', attempt: { receivedAt: attempt('').receivedAt, source: '208.71.240.10' } },
    });
    expect(reprocessed()).toMatchObject({ ledgerId, becameKind: 'MO', reason: null });
    expect(`message-${reprocessed().becameLedgerId}`).toBe(log.events[1]?.stream);
    expect(position).toBe(log.events.at(-1)?.position);
  });

  it('change nothing by repeating that', async () => {
    const { ledgerId } = await record(quarantinedPost());
    todaysRules = () => messagePost();
    const position = await operations.reprocess(ledgerId, operation('1'));
    expect(await operations.reprocess(ledgerId, operation('2'))).toBe(position);
    expect(log.events).toHaveLength(3);
  });

  it('finish what was stopped half-way, without another attempt', async () => {
    const { ledgerId } = await record(quarantinedPost());
    await record(messagePost());
    todaysRules = () => messagePost();
    const append = log.append.bind(log);
    log.append = (stream, ...rest) =>
      stream.startsWith('quarantine') ? Promise.reject(new Error('killed')) : append(stream, ...rest);
    await expect(operations.reprocess(ledgerId, operation('1'))).rejects.toThrow('killed');
    log.append = append;
    await operations.reprocess(ledgerId, operation('2'));
    expect(types()).toEqual([
      ...['PostQuarantined', 'MessageRecorded', 'MessageRedelivered', 'QuarantinedPostReprocessed'],
    ]);
  });

  it('see that it stays in quarantine, once for each reason', async () => {
    const { ledgerId } = await record(quarantinedPost());
    todaysRules = quarantinedPost;
    await operations.reprocess(ledgerId, operation('1'));
    await operations.reprocess(ledgerId, operation('2'));
    expect(types()).toEqual(['PostQuarantined', 'QuarantinedPostReprocessed']);
    expect(reprocessed()).toMatchObject({ becameLedgerId: null, becameKind: null, reason: 'UNRECOGNISED' });
  });

  it('have a message routed once more', async () => {
    const { ledgerId } = await record(messagePost());
    const position = await operations.requestReroute(ledgerId, true, operation('1'));
    expect(log.events.at(-1)).toMatchObject({
      ...{ type: 'MessageRerouteRequested', stream: `message-${ledgerId}`, position },
      data: { ledgerId, applyConsent: true, requestedAt: operation('').at },
    });
    expect((await record(messagePost())).position).toBeGreaterThan(0n);
  });

  it('are told that there is nothing of that id', async () => {
    const unknown = { code: 'LEDGER_ID_UNKNOWN' };
    await expect(operations.requestReroute('nothing', false, operation('1'))).rejects.toMatchObject(unknown);
    await expect(operations.reprocess('nothing', operation('1'))).rejects.toMatchObject(unknown);
    expect(log.events).toHaveLength(0);
  });
});
