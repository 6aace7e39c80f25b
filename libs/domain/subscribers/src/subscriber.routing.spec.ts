import { subscriberId } from './subscriber-id.js';
import { Subscriber } from './subscriber.aggregate.js';
import { AT, dataOf, handlers, key, NUMBER, Phone, standard, types } from './testing/texting.js';

describe('a routed message', () => {
  it('says all that explains it', () => {
    const [routed] = new Phone().text('hours  of  Sunday?', { id: '7' });
    expect(routed).toMatchObject({ type: 'KeywordMatched' });
    expect(routed?.data).toEqual({
      ...{
        ledgerId: '1'.padStart(32, '0'),
        handledPosition: '10',
        rerouted: false,
        organization: 'acme',
        code: '26161',
      },
      ...{ deviceAddress: '14045554900', deviceE164: NUMBER, carrier: 'cingular', channel: 'sms', messageId: '7' },
      ...{
        receivedAt: AT,
        codeRevision: '1',
        program: 'P-INFO',
        keyword: 'HOURS',
        match: 'FIRST',
        args: ['of', 'Sunday?'],
      },
      ...{ reserved: null, handler: 'info', error: null, anomalies: [], reason: null, outcome: 'MATCHED' },
    });
  });

  it('is handled once, whatever comes twice or late', () => {
    const phone = new Phone();
    phone.text('COUNT', { position: 100n });
    expect(phone.text('COUNT', { position: 100n })).toEqual([]);
    expect(phone.text('STOP', { position: 99n })).toEqual([]);
    expect(phone.text('COUNT', { position: 101n })).toHaveLength(2);
  });
});

describe('the largest message that can come', () => {
  it.each([
    ['STOP', true],
    ['JOIN', true],
    ["JOIN don't stop", false],
    ['', false],
  ])('%j is routed by an append that a store takes', (text, repeated) => {
    const filler = '\0'.repeat(60_000);
    const phone = new Phone(null);
    const events = phone.text(`${text} ${filler}x`, {
      ...{ id: filler, messageOrig: `${filler}y`, address: filler },
      repeats: repeated ? [`STOP ${filler}z`] : [],
    });
    expect(events.length).toBeGreaterThan(0);
    expect(Buffer.byteLength(JSON.stringify(events))).toBeLessThan(600_000);
  });
});

describe('the handler of a program', () => {
  it('keeps a state of the subscriber', () => {
    const phone = new Phone();
    expect(dataOf(phone.text('COUNT'), 'Counted')).toEqual({ n: 1 });
    phone.text('HOURS');
    expect(dataOf(phone.text('COUNT'), 'Counted')).toEqual({ n: 2 });
    const reloaded = new Subscriber(handlers);
    for (const event of phone.history) reloaded.replay(event);
    expect(reloaded.state).toEqual(phone.state);
  });

  it.each([
    ['COUNT fail', 'it failed'],
    ['COUNT huge', 'more than 131072 characters'],
    ['COUNT loop', 'BigInt'],
    ['GONE', 'not installed'],
  ])('fails with %s, and nothing else does', (text, error) => {
    const phone = new Phone();
    const events = phone.text(text);
    expect(types(events)).toEqual(['HandlerFailed']);
    expect(events[0]?.data).toMatchObject({ outcome: 'FAILED', error: expect.stringContaining(error) });
    expect(types(phone.text('JOIN'))).toContain('ProgramJoined');
    expect(types(phone.text('COUNT'))).toEqual(['KeywordMatched', 'Counted']);
  });

  it('that cannot fold its own events fails by itself', () => {
    const phone = new Phone();
    for (let n = 1; n <= 12; n++) phone.text('COUNT');
    expect(types(phone.text('COUNT'))).toEqual(['HandlerFailed']);
    expect(types(phone.text('STOP'))).toContain('OptedOut');
    const stuck = new Subscriber(handlers);
    const [first] = phone.history.filter(({ type }) => type === 'Counted');
    for (const event of phone.history) stuck.replay(event.id === first?.id ? { ...event, data: { n: 13 } } : event);
    expect(stuck.state.consent).toBe('OPTED_OUT');
    expect(stuck.state.handlers.get('P-COUNT/count')).toEqual({ broken: expect.stringContaining('unlucky') });
  });
});

describe('routing a message again', () => {
  const ledgerId = 'f'.repeat(32);
  const again = (applyConsent: boolean) => ({ again: { applyConsent, ledgerId } });

  it('lifts no opt-out and lets nobody join without applyConsent', () => {
    const phone = new Phone();
    phone.text('STOP');
    expect(types(phone.text('JOIN', again(false)))).toEqual(['KeywordMatched']);
    expect(types(phone.text('START', again(false)))).toEqual(['ReservedWordMatched']);
    expect(types(new Phone().text('JOIN', again(false)))).toEqual(['KeywordMatched']);
    expect(types(phone.text('COUNT', again(false)))).toEqual(['KeywordMatched', 'Counted']);
    expect(types(new Phone().text('STOP', again(false)))).toEqual(['ReservedWordMatched', 'OptedOut']);
  });

  it('does both with it, in the order of ids all the same', () => {
    const phone = new Phone();
    phone.text('STOP', { id: '10' });
    expect(types(phone.text('JOIN', { ...again(true), id: '9' }))).toEqual(['KeywordMatched']);
    expect(types(phone.text('JOIN', { ...again(true), id: '11' }))).toEqual([
      'KeywordMatched',
      'OptedIn',
      'ProgramJoined',
    ]);
  });

  it('opens no review twice', () => {
    const phone = new Phone();
    expect(types(phone.text("don't stop", { again: { applyConsent: true, ledgerId }, code: null }))).toContain(
      'ReviewOpened',
    );
    expect(types(phone.text("don't stop", { again: { applyConsent: true, ledgerId }, code: standard }))).toEqual([
      'MessageUnmatched',
    ]);
  });
});

describe('the id of a subscriber', () => {
  const id = (deviceAddress: string, deviceE164: string | null, code = '26161') =>
    subscriberId(key, code, { deviceAddress, deviceE164 });

  it('is the same however a number was written, and another one on every code', () => {
    expect(id('4045554900', NUMBER)).toBe(id('+14045554900', NUMBER));
    expect(id('14045554900', NUMBER)).not.toBe(id('14045554900', NUMBER, '87767'));
  });

  it("never takes a malformed sender for a number's owner", () => {
    expect(id(NUMBER, null)).not.toBe(id(NUMBER, NUMBER));
    expect(id('1447ß7665544', null)).not.toBe(id('14477665544', null));
  });
});
