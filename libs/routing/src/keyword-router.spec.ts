import { CodeChanged, ProgramPaused, ProgramResumed } from '@mo-ledger/codes';
import { InMemoryEventLog, LedgerKey, NotDurable, type EventLog } from '@mo-ledger/event-sourcing';
import { info } from '@mo-ledger/handler-info';
import { join } from '@mo-ledger/handler-join';
import { vote } from '@mo-ledger/handler-vote';
import { defineKeywordHandler, HandlerRegistry } from '@mo-ledger/keyword-handlers';
import { ResolveReview, ResolveReviewHandler, subscriberRepository } from '@mo-ledger/subscribers';
import { CHECKPOINT_STREAM, KeywordRouter } from './index.js';
import { LedgerOfMessages, routingOf, until } from './testing/index.js';

const key = new LedgerKey('ab'.repeat(32));
const broken = defineKeywordHandler({
  name: 'broken',
  decide: () => {
    throw new Error('it is broken');
  },
});
const handlers = new HandlerRegistry([join, info, vote, broken]);
/** A log of which a spec replaces some calls. */
const over = (log: EventLog, calls: Partial<EventLog>): EventLog => ({
  append: calls.append ?? ((stream, events, expected, options) => log.append(stream, events, expected, options)),
  readStream: calls.readStream ?? ((stream, options) => log.readStream(stream, options)),
  readAll: (options) => log.readAll(options),
  subscribe: (options) => log.subscribe(options),
  setMaxCount: (stream, maxCount) => log.setMaxCount(stream, maxCount),
  close: () => log.close(),
});
const at = '2026-11-23T12:00:00.000Z';

describe('the keyword router', () => {
  let log: InMemoryEventLog;
  let ledger: LedgerOfMessages;
  let router: KeywordRouter;
  const start = (of: EventLog = log, more: Partial<ConstructorParameters<typeof KeywordRouter>[0]> = {}) => {
    router = new KeywordRouter({ log: of, key, handlers, ...more });
    router.start();
  };
  const reached = ({ position }: { position: bigint }) => until(() => (router.position ?? -1n) >= position);
  const texted = async (...[text, given]: Parameters<LedgerOfMessages['text']>) => {
    const message = await ledger.text(text, given);
    await reached(message);
    return routingOf(log.events, message.ledgerId);
  };

  beforeEach(async () => {
    log = new InMemoryEventLog();
    ledger = new LedgerOfMessages(log, key);
    await ledger.code('26161');
    await ledger.program('26161', 'P-JOIN', 'join', ['JOIN']);
    await ledger.program('26161', 'P-INFO', 'info', ['HOURS']);
    await ledger.program('26161', 'P-VOTE', 'vote', ['VOTE', 'A', 'B'], { settings: { choices: ['A', 'B'] } });
    await ledger.program('26161', 'P-BROKEN', 'broken', ['BROKEN']);
  });
  afterEach(() => router.stop());

  it('routes each message to its program, with what follows, in one append', async () => {
    start();
    const [matched, ...consequences] = await texted('Join  Jane Doe', { id: '10' });
    expect(matched).toMatchObject({
      type: 'KeywordMatched',
      data: {
        outcome: 'MATCHED',
        program: 'P-JOIN',
        keyword: 'JOIN',
        args: ['Jane', 'Doe'],
        handler: 'join',
        codeRevision: '4',
      },
    });
    expect(consequences.map(({ type }) => type)).toEqual(['OptedIn', 'ProgramJoined']);
    expect((await texted('hours')).map(({ type }) => type)).toEqual(['KeywordMatched']);
    expect(await texted('vote b')).toMatchObject([
      { type: 'KeywordMatched' },
      { type: 'VoteCast', data: { choice: 'B' } },
    ]);
    expect(await texted('A')).toMatchObject([{ type: 'KeywordMatched' }, { type: 'VoteRefused' }]);
    expect(await texted('hello')).toMatchObject([{ type: 'MessageUnmatched' }]);
    expect(await texted('stop')).toMatchObject([{ type: 'ReservedWordMatched' }, { type: 'OptedOut' }]);
    expect(await texted('JOIN', { code: '99999' })).toMatchObject([{ type: 'MessageUnprovisioned' }]);
  });

  it('says of every event what it belongs to', async () => {
    start();
    const { ledgerId, position } = await ledger.text('VOTE A');
    await reached({ position });
    const cause = log.events.find((event) => event.position === position);
    const metadata = {
      ...{ $correlationId: ledgerId, $causationId: cause?.id, recordedBy: 'keyword-router', schemaVersion: 1 },
      ...{ code: '26161', organization: 'acme', program: 'P-VOTE', handler: 'vote' },
    };
    const written = log.events.filter(({ stream }) => stream.startsWith('subscriber-'));
    expect(written.map((event) => event.metadata)).toMatchObject([metadata, metadata]);
  });

  it('lets a message meet what was provisioned before it was recorded, however late it is routed', async () => {
    const early = await ledger.text('SOON', { from: '+14045554901' });
    await ledger.codeEvents('26161', new ProgramPaused({ code: '26161', program: 'P-JOIN', at }));
    const paused = await ledger.text('JOIN', { from: '+14045554902' });
    await ledger.program('26161', 'P-SOON', 'info', ['SOON']);
    const later = await ledger.text('SOON', { from: '+14045554903' });
    await ledger.codeEvents('26161', new ProgramResumed({ code: '26161', program: 'P-JOIN', at }));
    const resumed = await ledger.text('JOIN', { from: '+14045554904' });
    start();
    await reached(resumed);
    const outcomes = [early, paused, later, resumed].map(
      ({ ledgerId }) => routingOf(log.events, ledgerId)[0]?.data['outcome'],
    );
    expect(outcomes).toEqual(['UNMATCHED', 'NOT_ROUTED', 'MATCHED', 'MATCHED']);
  });

  it('keeps what a handler throws at, and routes it again when asked', async () => {
    start();
    const message = await ledger.text('BROKEN', { id: '1' });
    await reached(message);
    expect(routingOf(log.events, message.ledgerId)).toMatchObject([
      {
        type: 'HandlerFailed',
        data: { outcome: 'FAILED', error: 'it is broken', handler: 'broken', program: 'P-BROKEN' },
      },
    ]);
    await router.stop();
    const repaired = defineKeywordHandler({ name: 'broken', decide: () => undefined });
    start(log, { handlers: new HandlerRegistry([join, info, vote, repaired]) });
    await reached(await ledger.reroute(message.ledgerId));
    expect(routingOf(log.events, message.ledgerId).map(({ data }) => [data['outcome'], data['rerouted']])).toEqual([
      ['FAILED', false],
      ['MATCHED', true],
    ]);
  });

  it('routes again with what is provisioned by then, lets nobody join unless told to, and only once', async () => {
    start();
    const message = await ledger.text('LATE');
    await reached(message);
    await ledger.program('26161', 'P-LATE', 'join', ['LATE']);
    await ledger.reroute(message.ledgerId);
    await ledger.reroute(message.ledgerId, true);
    await reached(await ledger.text('end of it', { from: '+14045554999' }));
    expect(routingOf(log.events, message.ledgerId).map(({ type }) => type)).toEqual([
      'MessageUnmatched',
      'KeywordMatched',
    ]);
    const other = await ledger.text('LATER');
    await reached(other);
    await ledger.program('26161', 'P-LATER', 'join', ['LATER']);
    await reached(await ledger.reroute(other.ledgerId, true));
    expect(routingOf(log.events, other.ledgerId).map(({ type }) => type)).toEqual([
      ...['MessageUnmatched', 'KeywordMatched', 'OptedIn', 'ProgramJoined'],
    ]);
  });

  it('resumes after its checkpoint, and what it handles a second time changes nothing', async () => {
    start();
    await texted('JOIN');
    await router.stop();
    const written = log.events.filter(({ stream }) => stream.startsWith('subscriber-')).length;
    expect(log.events.at(-1)).toMatchObject({ stream: CHECKPOINT_STREAM });
    start();
    await reached(await ledger.text('hello'));
    await router.stop();

    // Without its checkpoint it begins at the start of the log.
    const forgetful = over(log, {
      readStream: (stream, options) => log.readStream(stream === CHECKPOINT_STREAM ? 'none' : stream, options),
    });
    start(forgetful);
    await reached(await ledger.text('STOP'));
    expect(log.events.filter(({ stream }) => stream.startsWith('subscriber-'))).toHaveLength(written + 1 + 2);
  });

  it('waits for a store that is away, and loses nothing', async () => {
    let failures = 0;
    const unreliable = over(log, {
      append: async (stream, events, expected) => {
        const turn = failures++ % 3;
        // Not written; written, but nobody says so; written.
        if (turn > 0) await log.append(stream, events, expected);
        if (turn < 2) throw new NotDurable('away');
        return log.append(stream, events, expected);
      },
    });
    const errors: unknown[] = [];
    start(unreliable, { onError: (error) => errors.push(error) });
    const types = [...(await texted('JOIN')), ...(await texted('STOP'))].map(({ type }) => type);
    expect(types).toEqual(['KeywordMatched', 'OptedIn', 'ProgramJoined', 'ReservedWordMatched', 'OptedOut']);
    expect(errors.length).toBeGreaterThan(3);
  });

  it('sees what an operator decided about a subscriber meanwhile', async () => {
    start();
    await texted('JOIN', { id: '1' });
    const [, opened] = await texted('please cancel', { id: '2' });
    const resolution = { decision: 'OPT_OUT', deviceE164: null, note: null, at } as const;
    const reviews = { subscribers: subscriberRepository(log, handlers), key };
    const command = new ResolveReview(String(opened?.data['reviewId']), resolution, 'spec');
    await new ResolveReviewHandler(reviews).execute(command);
    expect(await texted('STOP', { id: '3' })).toMatchObject([{ type: 'ReservedWordMatched' }]);
    expect((await texted('START', { id: '4' })).map(({ type }) => type)).toEqual(['ReservedWordMatched', 'OptedIn']);
  });

  it("knows a change of the code's opt-out words at once", async () => {
    start();
    expect(await texted('alto')).toMatchObject([{ data: { outcome: 'UNMATCHED' } }]);
    const settings = { type: 'SHORT', sharing: 'DEDICATED', forwarding: 'ALL', organization: 'acme' } as const;
    await ledger.codeEvents(
      '26161',
      new CodeChanged({ code: '26161', at, ...settings, forwardsOptOut: false, optOutWords: ['ALTO'] }),
    );
    expect(await texted('alto')).toMatchObject([
      { data: { outcome: 'RESERVED', reserved: 'STOP' } },
      { type: 'OptedOut' },
    ]);
  });

  it('is bounded in memory and routes all the same', async () => {
    start(log, { limits: { subscribers: 2, programs: 1, messages: 2 } });
    const sent = [];
    for (let i = 0; i < 40; i++)
      sent.push(await ledger.text(i % 4 ? 'JOIN' : 'vote a', { from: `+1404555490${i % 5}` }));
    for (const message of sent) await reached(message);
    const outcomes = sent.map(({ ledgerId }) => routingOf(log.events, ledgerId).filter(({ data }) => data['outcome']));
    expect(outcomes.every((events) => events.length === 1)).toBe(true);
    expect(log.events.filter(({ type }) => type === 'VoteCast')).toHaveLength(5);
    expect(router.pending).toBe(0);
    expect(router.lagSeconds(new Date(0))).toBe(0);
  });
});
