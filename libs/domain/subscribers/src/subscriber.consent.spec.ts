import { code, dataOf, NUMBER, Phone, program, standard, types } from './testing/texting.js';

const OPT_OUT = ['ReservedWordMatched', 'OptedOut'];

describe('opting out', () => {
  it('ends every program on the code at once, with evidence', () => {
    const two = code({}, program('P-1', 'join', ['ONE']), program('P-2', 'join', ['TWO']));
    const phone = new Phone();
    phone.text('one', { code: two, id: '1' });
    phone.text('two', { code: two, id: '2' });
    const events = phone.text(' Stop.\r\n', { code: two, id: '3' });
    expect(types(events)).toEqual(OPT_OUT);
    expect(dataOf(events, 'OptedOut')).toEqual({
      ...{
        ledgerId: '3'.padStart(32, '0'),
        messageId: '3',
        code: '26161',
        deviceAddress: '14045554900',
        deviceE164: NUMBER,
      },
      ...{
        text: ' Stop.\r\n',
        at: '2026-11-23T12:00:00.000Z',
        confidence: 'EXACT',
        programs: ['P-1', 'P-2'],
        reviewId: null,
      },
    });
    expect(phone.state).toMatchObject({ consent: 'OPTED_OUT' });
    expect(phone.state.joined.size).toBe(0);
  });

  it.each([
    ['STOP', 'EXACT'],
    ['opt out', 'EXACT'],
    ['Stop. Thank you', 'LEADING'],
  ])('by %j is %s', (text, confidence) => {
    expect(dataOf(new Phone().text(text), 'OptedOut')).toMatchObject({ confidence });
  });

  it('happens once', () => {
    const phone = new Phone();
    phone.text('STOP');
    expect(types(phone.text('STOP'))).toEqual(['ReservedWordMatched']);
  });

  it('counts on every code, and whoever was posted to', () => {
    const unprovisioned = new Phone().text('STOP', { code: null });
    expect(types(unprovisioned)).toEqual(['MessageUnprovisioned', 'OptedOut']);
    expect(unprovisioned[0]?.data).toMatchObject({ reserved: 'STOP', anomalies: ['INBOUND_ADDRESS_UNPROVISIONED'] });
    const others = new Phone().text('STOP', { organization: 'umbrella' });
    expect(types(others)).toEqual(['MessageUnprovisioned', 'OptedOut']);
    const shared = code({ sharing: 'SHARED', organization: null });
    expect(types(new Phone().text('STOP', { code: shared, organization: 'umbrella' }))).toEqual(OPT_OUT);
  });

  it('is found in every value of the text; one suffices, and another that says something else opens a review', () => {
    const events = new Phone().text('JOIN', { repeats: ['STOP'] });
    expect(types(events)).toEqual([...OPT_OUT, 'ReviewOpened']);
    expect(dataOf(events, 'OptedOut')).toMatchObject({ text: 'STOP' });
    expect(dataOf(events, 'ReviewOpened')).toMatchObject({ kind: 'CONFLICTING_FIELDS', text: 'JOIN', dueAt: null });
    expect(types(new Phone().text('JOIN', { messageOrig: 'STOP' }))).toContain('ReviewOpened');
    expect(types(new Phone().text('STOP', { messageOrig: 'STOP 🛑' }))).toEqual(OPT_OUT);
    expect(types(new Phone().text('', { messageOrig: 'STOP' }))).toEqual(OPT_OUT);
  });

  it('is not done by a mention, which is matched as usual and reviewed within ten business days', () => {
    const phone = new Phone();
    phone.text('JOIN');
    const events = phone.text('Cancel my 3pm appointment');
    expect(types(events)).toEqual(['MessageUnmatched', 'ReviewOpened']);
    expect(dataOf(events, 'ReviewOpened')).toEqual({
      reviewId: `${phone.id}.${'2'.padStart(32, '0')}.OPT_OUT_CANDIDATE`,
      ...{ kind: 'OPT_OUT_CANDIDATE', ledgerId: '2'.padStart(32, '0'), organization: 'acme', code: '26161' },
      ...{ deviceAddress: '14045554900', text: 'Cancel my 3pm appointment', createdAt: '2026-11-23T12:00:00.000Z' },
      dueAt: '2026-12-08T12:00:00.000Z',
    });
    expect(phone.state.consent).toBe('OPTED_IN');
    expect(types(phone.text("JOIN, don't stop"))).toEqual(['KeywordMatched', 'ReviewOpened']);
    expect(types(phone.text('please stop', { code: null }))).toEqual(['MessageUnprovisioned', 'ReviewOpened']);
  });
});

describe('opting in', () => {
  it('is done by joining a program', () => {
    const phone = new Phone();
    const events = phone.text('Join  Jane Doe', { id: '5' });
    expect(types(events)).toEqual(['KeywordMatched', 'OptedIn', 'ProgramJoined']);
    expect(dataOf(events, 'OptedIn')).toMatchObject({ program: 'P-JOIN', text: 'Join  Jane Doe', messageId: '5' });
    expect(dataOf(events, 'ProgramJoined')).toMatchObject({ program: 'P-JOIN', carrier: 'cingular' });
    expect(types(phone.text('JOIN'))).toEqual(['KeywordMatched']);
  });

  it('is done by START, which rejoins nothing, and from a stranger too', () => {
    const phone = new Phone();
    phone.text('JOIN');
    phone.text('STOP');
    expect(types(phone.text('start'))).toEqual(['ReservedWordMatched', 'OptedIn']);
    expect(phone.state.joined.size).toBe(0);
    expect(types(phone.text('JOIN'))).toEqual(['KeywordMatched', 'ProgramJoined']);
    expect(dataOf(new Phone().text('Yes!'), 'OptedIn')).toMatchObject({ program: null, text: 'Yes!' });
  });

  it('is not done by START where the organization has no program', () => {
    const shared = code({ sharing: 'SHARED', organization: null }, program('P', 'join', ['OALERTS']));
    expect(types(new Phone().text('START', { code: shared, organization: 'umbrella' }))).toEqual([
      'ReservedWordMatched',
    ]);
    expect(types(new Phone().text('START', { code: shared }))).toEqual(['ReservedWordMatched', 'OptedIn']);
    expect(types(new Phone().text('START', { code: code() }))).toEqual(['ReservedWordMatched']);
    expect(types(new Phone().text('START', { code: null }))).toEqual(['MessageUnprovisioned']);
    expect(types(new Phone().text('START', { organization: 'umbrella' }))).toEqual(['MessageUnprovisioned']);
  });

  it('is never done by an ordinary text, nor by HELP, nor by a handler that only counts', () => {
    const phone = new Phone();
    phone.text('STOP');
    for (const text of ['thanks', 'HELP', 'HOURS', 'COUNT', 'start now']) phone.text(text);
    expect(phone.state.consent).toBe('OPTED_OUT');
  });
});

describe('the order of messages', () => {
  const anomalies = (events: readonly { data: object }[]) => (events[0]?.data as { anomalies: string[] }).anomalies;
  const LATE = ['OUT_OF_ORDER_CONSENT'];

  it('keeps a START or JOIN that is older than the highest STOP from re-subscribing', () => {
    for (const text of ['START', 'JOIN']) {
      const phone = new Phone();
      phone.text('STOP', { id: '100' });
      phone.text('STOP', { id: '50' });
      const late = phone.text(text, { id: '99' });
      expect(types(late)).toHaveLength(1);
      expect(anomalies(late)).toEqual(LATE);
      expect(types(phone.text(text, { id: '101' }))).toContain('OptedIn');
    }
  });

  it('knows the highest STOP also where it changed nothing', () => {
    const phone = new Phone();
    phone.text('STOP', { id: '10' });
    phone.text('STOP', { id: '100' });
    expect(anomalies(phone.text('START', { id: '50' }))).toEqual(LATE);
  });

  it('applies a STOP that is older than the START or JOIN in force, and flags it', () => {
    const phone = new Phone();
    phone.text('JOIN', { id: '100' });
    const late = phone.text('STOP', { id: '99' });
    expect(types(late)).toEqual(OPT_OUT);
    expect(anomalies(late)).toEqual(LATE);
    expect(anomalies(phone.text('START', { id: '120' }))).toEqual([]);
    expect(anomalies(phone.text('STOP', { id: '130' }))).toEqual([]);
  });

  it('takes the latest of several for the one in force', () => {
    const phone = new Phone();
    phone.text('JOIN', { id: '100' });
    phone.text('START', { id: '200' });
    phone.text('JOIN', { id: '300' });
    expect(anomalies(phone.text('STOP', { id: '250' }))).toEqual(LATE);
  });

  it('compares decimal numbers of any length, and nothing else', () => {
    const phone = new Phone();
    phone.text('STOP', { id: '148929152000000000000000000002' });
    expect(types(phone.text('START', { id: '148929152000000000000000000001' }))).toHaveLength(1);
    expect(types(phone.text('START', { id: '00148929152000000000000000000003' }))).toContain('OptedIn');
    phone.text('STOP', { id: 'abc' });
    expect(types(phone.text('START', { id: 'abb' }))).toContain('OptedIn');
    phone.text('STOP', { id: null });
    expect(types(phone.text('JOIN', { id: null }))).toContain('OptedIn');
  });
});

describe('a malformed sender', () => {
  it('is matched and counted, but no handler is asked and nobody is opted in', () => {
    const phone = new Phone(null);
    const joining = phone.text('JOIN');
    expect(types(joining)).toEqual(['KeywordMatched', 'ReviewOpened']);
    expect(joining[0]?.data).toMatchObject({ outcome: 'MATCHED', program: 'P-JOIN', reason: 'MALFORMED_SENDER' });
    expect(dataOf(joining, 'ReviewOpened')).toMatchObject({ kind: 'MALFORMED_SENDER', text: 'JOIN', dueAt: null });
    expect(types(phone.text('COUNT'))).toEqual(['KeywordMatched', 'ReviewOpened']);
    expect(types(phone.text('START'))).toEqual(['ReservedWordMatched', 'ReviewOpened']);
    expect(phone.state.consent).toBe('NONE');
  });

  it('is not reviewed where nothing would have changed', () => {
    const phone = new Phone(null);
    expect(types(phone.text('HOURS'))).toEqual(['KeywordMatched']);
    expect(types(phone.text('hello'))).toEqual(['MessageUnmatched']);
    expect(types(phone.text('HELP'))).toEqual(['ReservedWordMatched']);
    expect(types(phone.text('START', { code: code() }))).toEqual(['ReservedWordMatched']);
  });

  it('opts out as it is written, and is reviewed', () => {
    const phone = new Phone(null);
    const events = phone.text('STOP');
    expect(types(events)).toEqual([...OPT_OUT, 'ReviewOpened']);
    expect(dataOf(events, 'OptedOut')).toMatchObject({ deviceAddress: '1447ß7665544', deviceE164: null });
    expect(phone.state.consent).toBe('OPTED_OUT');
    expect(types(phone.text('STOP', { code: standard, repeats: ['JOIN'] }))).toEqual([
      ...['ReservedWordMatched', 'ReviewOpened', 'ReviewOpened'],
    ]);
  });
});
