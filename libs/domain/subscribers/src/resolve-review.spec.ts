import { InMemoryEventLog, type Recorded } from '@mo-ledger/event-sourcing';
import { ResolveReview, ResolveReviewHandler } from './resolve-review.command.js';
import { subscriberRepository, type Resolution } from './subscriber.aggregate.js';
import type { SubscriberRefusal } from './subscriber.refusal.js';
import { subscriberId, subscriberStream } from './subscriber-id.js';
import { handlers, key, NUMBER, Phone } from './testing/texting.js';

const LATER = '2026-11-30T09:00:00.000Z';

describe('resolving a review', () => {
  let log: InMemoryEventLog;
  const given = async (phone: Phone) => {
    log = new InMemoryEventLog();
    const events = phone.history.map((event) => ({ id: event.id, event, metadata: event.metadata }));
    await log.append(subscriberStream(phone.id), events, 'no_stream');
    const reviewId = [...phone.state.reviews.keys()][0] ?? '';
    const handler = new ResolveReviewHandler({ subscribers: subscriberRepository(log, handlers), key });
    const resolve = (resolution: Partial<Resolution>, id = reviewId) =>
      handler.execute(
        new ResolveReview(id, { decision: 'OPT_OUT', deviceE164: null, note: null, at: LATER, ...resolution }, 'spec'),
      );
    const before = log.events.length;
    return { resolve, reviewId, written: () => log.events.slice(before) };
  };
  const candidate = () => {
    const phone = new Phone();
    phone.text('JOIN', { id: '1' });
    phone.text('please cancel it', { id: '2' });
    return given(phone);
  };
  const malformed = () => {
    const phone = new Phone(null);
    phone.text('STOP', { id: '1' });
    return given(phone);
  };
  const refused = (promise: Promise<unknown>): Promise<SubscriberRefusal> =>
    promise.then(
      () => Promise.reject(new Error('was not refused')),
      (error: SubscriberRefusal) => error,
    );

  it('may opt the sender out, by the operator', async () => {
    const { resolve, reviewId, written } = await candidate();
    const { position } = await resolve({ note: 'asked by phone too' });
    const [resolved, optedOut] = written();
    expect(resolved).toMatchObject({
      type: 'ReviewResolved',
      data: { reviewId, decision: 'OPT_OUT', note: 'asked by phone too', at: LATER },
    });
    expect(optedOut).toMatchObject({
      ...{ type: 'OptedOut', position },
      data: {
        confidence: null,
        reviewId,
        programs: ['P-JOIN'],
        text: 'please cancel it',
        messageId: '2',
        deviceE164: NUMBER,
        at: LATER,
      },
    });
  });

  it('may dismiss it', async () => {
    const { resolve, written } = await candidate();
    await resolve({ decision: 'DISMISS' });
    expect(written().map(({ type }) => type)).toEqual(['ReviewResolved']);
  });

  it('happens once; the same again is quiet, another decision is refused', async () => {
    const { resolve, written } = await candidate();
    const first = await resolve({});
    expect(await resolve({ at: '2026-12-01T00:00:00.000Z' })).toEqual(first);
    expect(await refused(resolve({ decision: 'DISMISS' }))).toMatchObject({
      kind: 'CONFLICT',
      code: 'REVIEW_RESOLVED',
    });
    expect(written()).toHaveLength(2);
  });

  it('needs a review that there is', async () => {
    const { resolve } = await candidate();
    for (const id of ['nonsense', `${'0'.repeat(32)}.${'0'.repeat(32)}.MALFORMED_SENDER`])
      expect(await refused(resolve({}, id))).toMatchObject({ kind: 'NOT_FOUND', code: 'REVIEW_UNKNOWN' });
  });

  it('needs the number to opt a malformed sender out, and opts that number out', async () => {
    const { resolve, reviewId, written } = await malformed();
    for (const deviceE164 of [null, '14477665544', 'x'])
      expect(await refused(resolve({ deviceE164 }))).toMatchObject({
        ...{ kind: 'INVALID', code: 'NUMBER_NEEDED', errors: [{ field: 'deviceE164' }] },
      });
    const deviceE164 = '+14477665544';
    await resolve({ deviceE164 });
    const [optedOut, resolved] = written() as [Recorded, Recorded];
    expect(optedOut.stream).toBe(subscriberStream(subscriberId(key, '26161', { deviceAddress: '', deviceE164 })));
    expect(optedOut).toMatchObject({
      type: 'OptedOut',
      data: { deviceE164, deviceAddress: deviceE164, reviewId, text: 'STOP' },
    });
    expect(resolved).toMatchObject({ type: 'ReviewResolved', data: { decision: 'OPT_OUT', deviceE164 } });
    await resolve({ deviceE164 });
    expect(written()).toHaveLength(2);
  });

  it('does not need the number to dismiss a malformed sender', async () => {
    const { resolve, written } = await malformed();
    await resolve({ decision: 'DISMISS' });
    expect(written()).toHaveLength(1);
  });

  it('opts nobody else out', async () => {
    const { resolve } = await candidate();
    expect(await refused(resolve({ deviceE164: '+14477665544' }))).toMatchObject({ kind: 'INVALID' });
    await resolve({ deviceE164: NUMBER });
  });
});
