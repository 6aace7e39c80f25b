import type { CodeEvent } from './code.events.js';
import { CodeChanged, CodeProvisioned, ProgramPaused, ProgramProvisioned, ProgramRetired } from './code.events.js';
import { evolveCode, initialCode, type CodeState } from './code.state.js';
import { matchProgram, type MatchInput } from './match-program.js';

const code = '26161';
const at = '2026-11-23T12:00:00.000Z';
const provisioned = { type: 'SHORT', sharing: 'DEDICATED', forwarding: 'ALL', organization: 'acme' } as const;
const dedicated = new CodeProvisioned({ code, at, ...provisioned, forwardsOptOut: false, optOutWords: [] });
const shared = new CodeProvisioned({
  ...{ code, at, type: 'SHORT', sharing: 'SHARED', forwarding: 'KEYWORDS', organization: null },
  ...{ forwardsOptOut: false, optOutWords: [] },
});
const program = (id: string, keywords: string[], more: Partial<ProgramProvisioned['data']> = {}) =>
  new ProgramProvisioned({
    ...{ code, at, program: id, organization: 'acme', name: id, handler: 'info', keywords, match: 'FIRST' },
    ...{ catchAll: false, startsAt: null, endsAt: null, settings: {}, ...more },
  });
const given = (...events: CodeEvent[]): CodeState => events.reduce(evolveCode, initialCode);
const match = (state: CodeState | null, message: string, more: Partial<MatchInput> = {}) =>
  matchProgram(state, { organization: 'acme', message, messageOrig: message, at, ...more });

describe('matching a text on a dedicated code', () => {
  const state = given(
    dedicated,
    program('P-JOIN', ['JOIN']),
    program('P-VOTE', ['A', 'B'], { match: 'ONLY' }),
    program('P-CAFE', ['CAFÉ']),
    program('P-THUMB', ['👍']),
  );

  it.each([
    ['join!', 'P-JOIN', 'JOIN', []],
    ['Join  Jane Doe', 'P-JOIN', 'JOIN', ['Jane', 'Doe']],
    ['cafe\u0301', 'P-CAFE', 'CAFÉ', []],
    ['👍🏽👍 x', 'P-THUMB', '👍', ['👍', 'x']],
    [' b. ', 'P-VOTE', 'B', []],
  ])('%j is for %s', (text, id, keyword, args) => {
    expect(match(state, text)).toMatchObject({ outcome: 'MATCHED', program: id, keyword, args, anomalies: [] });
  });

  it.each(['JOINED', 'I want to join', 'A please', 'hello', ''])('%j is for nobody', (text) => {
    expect(match(state, text)).toMatchObject({ outcome: 'UNMATCHED', program: null, anomalies: [] });
  });

  it('looks at message first, then at message_orig', () => {
    expect(match(state, 'hello', { messageOrig: 'JOIN' })).toMatchObject({ program: 'P-JOIN', text: 'JOIN' });
    expect(match(state, 'café', { messageOrig: 'JOIN' })).toMatchObject({ program: 'P-CAFE' });
    expect(match(state, '', { messageOrig: 'JOIN' })).toMatchObject({ program: 'P-JOIN' });
  });

  it('counts a post to another organization as unprovisioned, and its STOP as a STOP', () => {
    expect(match(state, 'JOIN', { organization: 'umbrella' })).toMatchObject({
      ...{ outcome: 'UNPROVISIONED', program: null, reserved: null, optOut: null, reason: 'NOT_OURS' },
      anomalies: ['INBOUND_ADDRESS_UNPROVISIONED'],
    });
    expect(match(state, 'STOP', { organization: 'umbrella' })).toMatchObject({
      ...{ outcome: 'UNPROVISIONED', reserved: 'STOP', optOut: { confidence: 'EXACT' } },
    });
  });

  it('prefers a reserved word in either text to any program', () => {
    expect(match(state, 'JOIN', { messageOrig: 'STOP' })).toMatchObject({
      ...{ outcome: 'RESERVED', reserved: 'STOP', program: null },
      optOut: { confidence: 'EXACT', text: 'STOP', conflicting: 'JOIN' },
    });
    expect(match(state, 'Join', { repeats: ['stop it'] })).toMatchObject({
      ...{ outcome: 'RESERVED', optOut: { confidence: 'LEADING', text: 'stop it', conflicting: 'Join' } },
    });
  });

  it('sees no conflict where the gateway only stripped characters, or where both opt out', () => {
    expect(match(state, 'STOP', { messageOrig: 'STOP 🛑' }).optOut?.conflicting).toBeNull();
    expect(match(state, 'STOPnow', { messageOrig: 'STOP.now' }).optOut?.conflicting).toBeNull();
    expect(match(state, 'STOP', { messageOrig: '' }).optOut?.conflicting).toBeNull();
    expect(match(state, 'STOP', { messageOrig: 'cancel' }).optOut?.conflicting).toBeNull();
    expect(match(state, 'STOP', { messageOrig: "please don't STOP" }).optOut?.conflicting).toBe("please don't STOP");
  });

  it('mentions an opt-out word, and matches as usual', () => {
    expect(match(state, "JOIN, don't stop")).toMatchObject({
      program: 'P-JOIN',
      mention: "JOIN, don't stop",
      optOut: null,
    });
    expect(match(state, 'Cancel my 3pm appointment')).toMatchObject({
      outcome: 'UNMATCHED',
      mention: expect.anything(),
    });
  });

  it('knows START and HELP as the whole text, unless a program claims the word', () => {
    expect(match(state, 'start!')).toMatchObject({ outcome: 'RESERVED', reserved: 'START', hasPrograms: true });
    expect(match(state, 'Info')).toMatchObject({ outcome: 'RESERVED', reserved: 'HELP' });
    expect(match(state, 'help me')).toMatchObject({ outcome: 'UNMATCHED' });
    const claimed = given(dedicated, program('P-YES', ['YES', 'Info']));
    expect(match(claimed, 'yes')).toMatchObject({ outcome: 'MATCHED', program: 'P-YES', reserved: null });
    expect(match(claimed, 'info')).toMatchObject({ outcome: 'MATCHED', keyword: 'Info' });
    expect(match(claimed, 'y.e.s')).toMatchObject({ outcome: 'RESERVED', reserved: 'START' });
    expect(match(claimed, 'yes please')).toMatchObject({ outcome: 'MATCHED', program: 'P-YES' });
    expect(match(claimed, 'start')).toMatchObject({ outcome: 'RESERVED', reserved: 'START' });
  });

  it('does not count a START where the organization has no program', () => {
    expect(match(given(dedicated), 'START')).toMatchObject({
      outcome: 'RESERVED',
      reason: 'NOT_OURS',
      hasPrograms: false,
    });
    const retired = given(dedicated, program('P', ['JOIN']), new ProgramRetired({ code, program: 'P', at }));
    expect(match(retired, 'START').hasPrograms).toBe(false);
  });

  it('gives the catch-all what nobody else takes, but nothing that matches a program that is not active', () => {
    const all = given(
      ...[dedicated, program('P-ALL', [], { catchAll: true }), program('P-JOIN', ['JOIN'])],
      program('P-SOON', ['SOON'], { startsAt: '2026-12-01T00:00:00.000Z' }),
      program('P-OVER', ['OVER'], { endsAt: at }),
      program('P-NOW', ['NOW'], { startsAt: at, endsAt: '2026-12-01T00:00:00.000Z' }),
      new ProgramPaused({ code, program: 'P-JOIN', at }),
    );
    const words = { program: 'P-ALL', match: 'CATCH_ALL', keyword: null, args: ['Hello,', 'World'] };
    expect(match(all, 'Hello,  World')).toMatchObject({ outcome: 'MATCHED', ...words });
    expect(match(all, '')).toMatchObject({ outcome: 'MATCHED', program: 'P-ALL', args: [] });
    expect(match(all, 'join')).toMatchObject({ outcome: 'NOT_ROUTED', program: 'P-JOIN', reason: 'PAUSED' });
    expect(match(all, 'soon')).toMatchObject({ outcome: 'NOT_ROUTED', program: 'P-SOON', reason: 'SCHEDULED' });
    expect(match(all, 'over')).toMatchObject({ outcome: 'NOT_ROUTED', program: 'P-OVER', reason: 'ENDED' });
    expect(match(all, 'now')).toMatchObject({ outcome: 'MATCHED', program: 'P-NOW' });
    const paused = evolveCode(all, new ProgramPaused({ code, program: 'P-ALL', at }));
    expect(match(paused, 'hello')).toMatchObject({ outcome: 'NOT_ROUTED', program: 'P-ALL', reason: 'PAUSED' });
  });

  it("knows the code's own opt-out words", () => {
    const french = evolveCode(state, new CodeChanged({ ...dedicated.data, optOutWords: ['ARRÊT'] }));
    expect(match(french, 'arrêt')).toMatchObject({ outcome: 'RESERVED', reserved: 'STOP' });
    expect(match(state, 'arrêt')).toMatchObject({ outcome: 'UNMATCHED' });
  });
});

describe('matching a text on a shared code', () => {
  const state = given(
    shared,
    program('P-ALERTS', ['OALERTS']),
    program('P-PIZZA', ['PIZZA'], { organization: 'umbrella' }),
  );

  it('finds the programs of the organization that was posted to', () => {
    expect(match(state, 'oalerts')).toMatchObject({ outcome: 'MATCHED', program: 'P-ALERTS', anomalies: [] });
    expect(match(state, 'pizza', { organization: 'umbrella' })).toMatchObject({
      outcome: 'MATCHED',
      program: 'P-PIZZA',
    });
  });

  it('flags what matches nothing of ours', () => {
    const anomalies = ['UNEXPECTED_KEYWORD_ON_SHARED_CODE'];
    expect(match(state, 'pizza')).toMatchObject({ outcome: 'UNMATCHED', program: null, reason: 'NOT_OURS', anomalies });
    expect(match(state, 'burger')).toMatchObject({ outcome: 'UNMATCHED', reason: null, anomalies });
  });

  it('keeps reserved words reserved, whatever a program claims', () => {
    expect(match(state, 'STOP').anomalies).toEqual([]);
    const claimed = evolveCode(state, program('P-YES', ['YES']));
    expect(match(claimed, 'yes')).toMatchObject({ outcome: 'RESERVED', reserved: 'START' });
    expect(match(state, 'START', { organization: 'nobody' })).toMatchObject({
      outcome: 'RESERVED',
      hasPrograms: false,
    });
  });
});

describe('matching a text on a code that nobody provisioned', () => {
  it('finds nothing but reserved words', () => {
    const anomalies = ['INBOUND_ADDRESS_UNPROVISIONED'];
    expect(match(null, 'JOIN')).toMatchObject({ outcome: 'UNPROVISIONED', reserved: null, anomalies, reason: null });
    expect(match(null, 'stop all')).toMatchObject({ outcome: 'UNPROVISIONED', reserved: 'STOP', anomalies });
    expect(match(initialCode, 'START')).toMatchObject({
      outcome: 'UNPROVISIONED',
      reserved: 'START',
      hasPrograms: false,
    });
  });
});
