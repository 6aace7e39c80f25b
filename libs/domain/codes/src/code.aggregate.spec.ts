import { specify } from '@mo-ledger/event-sourcing';
import { Code } from './code.aggregate.js';
import * as events from './code.events.js';
import { codeWarnings, programWarnings } from './code.rules.js';
import type { CodeRefusal } from './code.refusal.js';

const code = '26161';
const at = '2026-11-23T12:00:00.000Z';
const dedicated: events.CodeSettings = {
  ...{ type: 'SHORT', sharing: 'DEDICATED', forwarding: 'ALL', organization: 'acme' },
  ...{ forwardsOptOut: false, optOutWords: [] },
};
const shared: events.CodeSettings = { ...dedicated, sharing: 'SHARED', forwarding: 'KEYWORDS', organization: null };
const join: events.ProgramSettings = {
  ...{ organization: 'acme', name: 'Join', handler: 'join', keywords: ['JOIN'], match: 'FIRST', catchAll: false },
  ...{ startsAt: null, endsAt: null, settings: {} },
};
const provisioned = new events.CodeProvisioned({ code, ...dedicated, at });
const provisionedShared = new events.CodeProvisioned({ code, ...shared, at });
const program = (id: string, more: Partial<events.ProgramSettings> = {}) =>
  new events.ProgramProvisioned({ code, program: id, ...join, ...more, at });
const retired = (id: string) => new events.ProgramRetired({ code, program: id, at });
const paused = (id: string) => new events.ProgramPaused({ code, program: id, at });

const { given } = specify<Code['state'], events.CodeEvent, Code>(() => new Code());
const put = (settings: Partial<events.CodeSettings>) => (aggregate: Code) =>
  aggregate.provision(code, { ...dedicated, ...settings }, at);
const putProgram =
  (id: string, settings: Partial<events.ProgramSettings> = {}) =>
  (aggregate: Code) =>
    aggregate.provisionProgram(code, id, { ...join, ...settings }, at);
const refusal = (decide: () => void): CodeRefusal => {
  try {
    decide();
  } catch (error) {
    return error as CodeRefusal;
  }
  throw new Error('was not refused');
};
const replayed = (...history: events.CodeEvent[]): Code => {
  const { state } = given(...history).when(() => undefined);
  const aggregate = new Code();
  expect(state).toBeDefined();
  history.forEach((event, index) =>
    aggregate.replay({
      ...{ type: event.type, data: event.data, id: `${index}`, stream: 'code', created: new Date(0) },
      ...{ revision: BigInt(index), position: BigInt(index) },
      metadata: { $correlationId: '', $causationId: '', recordedBy: '', schemaVersion: 1 },
    }),
  );
  return aggregate;
};

describe('provisioning a code', () => {
  it('creates it, changes it, and is quiet where nothing changes', () => {
    given().when(put({})).then(provisioned);
    given(provisioned).when(put({})).thenNothing();
    given(provisioned)
      .when(put({ forwarding: 'KEYWORDS' }))
      .then(new events.CodeChanged({ code, ...dedicated, forwarding: 'KEYWORDS', at }));
  });

  it.each([
    ['ALL on a shared code', { ...shared, forwarding: 'ALL' }, 'forwarding'],
    ['a shared code of an organization', { ...shared, organization: 'acme' }, 'organization'],
    ['a dedicated code of nobody', { organization: null }, 'organization'],
    ['a long code of five digits', { type: 'LONG' }, 'type'],
    ['an opt-out word without a word', { optOutWords: ['!'] }, 'optOutWords'],
    ['an opt-out word that means START', { optOutWords: ['yes'] }, 'optOutWords'],
  ] as const)('refuses %s', (_, settings, field) => {
    given().when(put(settings)).thenRefused('CODE_INVALID');
    expect(refusal(() => put(settings)(new Code())).errors).toEqual([expect.objectContaining({ field })]);
  });

  it.each([
    ['12', 'SHORT', false],
    ['123', 'SHORT', true],
    ['12345678', 'SHORT', true],
    ['123456789', 'SHORT', false],
    ['123456', 'LONG', false],
    ['1234567', 'LONG', true],
    ['123456789012345', 'LONG', true],
    ['1234567890123456', 'LONG', false],
    ['abcde', 'SHORT', false],
  ] as const)('%s as a %s code: %s', (digits, type, allowed) => {
    const outcome = given().when((aggregate) => aggregate.provision(digits, { ...dedicated, type }, at));
    if (allowed) outcome.thenTypes('CodeProvisioned');
    else outcome.thenRefused('CODE_INVALID');
  });

  it('changes neither type nor sharing, nor the organization while it has programs', () => {
    given(provisionedShared).when(put({})).thenRefused('CODE_UNCHANGEABLE');
    given(provisioned, program('P'))
      .when(put({ organization: 'umbrella' }))
      .thenRefused('CODE_UNCHANGEABLE');
    given(provisioned, program('P'), retired('P'))
      .when(put({ organization: 'umbrella' }))
      .thenTypes('CodeChanged');
    expect(refusal(() => put({})(replayed(provisionedShared)))).toMatchObject({
      ...{ kind: 'CONFLICT', errors: [{ field: 'sharing' }] },
    });
  });
});

describe('provisioning a program', () => {
  it('creates it, changes it, and is quiet where nothing changes', () => {
    given(provisioned).when(putProgram('P')).then(program('P'));
    given(provisioned, program('P')).when(putProgram('P')).thenNothing();
    given(provisioned, program('P', { settings: { a: 1, b: 2 } }))
      .when(putProgram('P', { settings: { b: 2, a: 1 } }))
      .thenNothing();
    given(provisioned, program('P'))
      .when(putProgram('P', { handler: 'info' }))
      .thenTypes('ProgramChanged');
  });

  it('keeps each keyword once, and times in UTC', () => {
    given(provisioned)
      .when(putProgram('P', { keywords: ['JOIN', 'join!', 'Café'], startsAt: '2026-12-01T01:00:00+01:00' }))
      .then(program('P', { keywords: ['JOIN', 'Café'], startsAt: '2026-12-01T00:00:00.000Z' }));
  });

  it('stays paused when it changes', () => {
    const { state } = given(provisioned, program('P'), paused('P')).when(putProgram('P', { name: 'other' }));
    expect(state.programs.get('P')?.paused).toBe(true);
  });

  it('needs its code', () => {
    given().when(putProgram('P')).thenRefused('CODE_UNKNOWN');
  });

  it.each([
    ['STOP', provisioned],
    ['Stop!', provisioned],
    ['optout', provisioned],
    ['HELP', provisioned],
    ['END', provisioned],
    ['START', provisionedShared],
    ['yes', provisionedShared],
    ['INFO', provisionedShared],
    ['UNSTOP', provisionedShared],
  ])('may not claim %s', (keyword, history) => {
    given(history)
      .when(putProgram('P', { keywords: ['OK', keyword] }))
      .thenRefused('PROGRAM_INVALID');
  });

  it('may claim START, UNSTOP, YES and INFO on a dedicated code', () => {
    given(provisioned)
      .when(putProgram('P', { keywords: ['START', 'UNSTOP', 'YES', 'INFO'] }))
      .thenTypes('ProgramProvisioned');
  });

  it.each([
    ['no keyword', { keywords: [] }, 'keywords'],
    ['two words', { keywords: ['TEXT ME'] }, 'keywords'],
    ['no word', { keywords: ['!'] }, 'keywords'],
    ['another organization', { organization: 'umbrella' }, 'organization'],
    ['an end before its start', { startsAt: at, endsAt: at }, 'endsAt'],
    ['a time that is none', { startsAt: 'soon' }, 'startsAt'],
  ])('is refused with %s', (_, settings, field) => {
    const { kind, errors } = refusal(() => putProgram('P', settings)(replayed(provisioned)));
    expect({ kind, fields: errors.map((error) => error.field) }).toEqual({ kind: 'INVALID', fields: [field] });
  });

  it('may not claim one of the code’s own opt-out words', () => {
    const french = new events.CodeProvisioned({ ...provisioned.data, optOutWords: ['ARRÊT'] });
    given(french)
      .when(putProgram('P', { keywords: ['arrêt'] }))
      .thenRefused('PROGRAM_INVALID');
  });

  it('may not claim a keyword that is taken, in whatever way it is written, and is told by whom', () => {
    given(provisioned, program('P', { keywords: ['CAFÉ'] }))
      .when(putProgram('Q', { keywords: ['cafe\u0301'] }))
      .thenRefused('KEYWORD_TAKEN');
    const history = [provisionedShared, program('P', { organization: 'umbrella' })];
    const { kind, message, errors } = refusal(() => putProgram('Q')(replayed(...history)));
    expect(kind).toBe('CONFLICT');
    expect(message).toContain('program P of umbrella');
    expect(errors).toEqual([expect.objectContaining({ field: 'keywords' })]);
  });

  it('may claim what was freed: by a change, or because its owner retired', () => {
    given(provisioned, program('P'), retired('P')).when(putProgram('Q')).thenTypes('ProgramProvisioned');
    const changed = new events.ProgramChanged({ ...program('P').data, keywords: ['OTHER'] });
    given(provisioned, program('P'), changed).when(putProgram('Q')).thenTypes('ProgramProvisioned');
    given(provisioned, program('P'), changed)
      .when(putProgram('Q', { keywords: ['OTHER'] }))
      .thenRefused('KEYWORD_TAKEN');
  });

  it('is a catch-all on dedicated codes only, once, and then needs no keywords', () => {
    const all = { keywords: [], catchAll: true };
    given(provisioned).when(putProgram('P', all)).thenTypes('ProgramProvisioned');
    given(provisioned, program('P', all))
      .when(putProgram('P', { ...all, name: 'x' }))
      .thenTypes('ProgramChanged');
    given(provisioned, program('P', all)).when(putProgram('Q', all)).thenRefused('CATCH_ALL_TAKEN');
    given(provisioned, program('P', all), retired('P')).when(putProgram('Q', all)).thenTypes('ProgramProvisioned');
    given(provisionedShared).when(putProgram('P', all)).thenRefused('PROGRAM_INVALID');
  });

  it('stays with its organization, and retired for good', () => {
    given(provisionedShared, program('P'))
      .when(putProgram('P', { organization: 'umbrella' }))
      .thenRefused('PROGRAM_UNCHANGEABLE');
    given(provisioned, program('P'), retired('P')).when(putProgram('P')).thenRefused('PROGRAM_RETIRED');
  });
});

describe('pausing, resuming and retiring a program', () => {
  const history = [provisioned, program('P')];
  it('happens once', () => {
    given(...history)
      .when((a) => a.pause(code, 'P', at))
      .then(paused('P'));
    given(...history, paused('P'))
      .when((a) => a.pause(code, 'P', at))
      .thenNothing();
    given(...history)
      .when((a) => a.resume(code, 'P', at))
      .thenNothing();
    given(...history, paused('P'))
      .when((a) => a.resume(code, 'P', at))
      .thenTypes('ProgramResumed');
    given(...history)
      .when((a) => a.retire(code, 'P', at))
      .then(retired('P'));
    given(...history, retired('P'))
      .when((a) => a.retire(code, 'P', at))
      .thenNothing();
  });

  it('needs a program that is not retired', () => {
    given()
      .when((a) => a.pause(code, 'P', at))
      .thenRefused('CODE_UNKNOWN');
    given(provisioned)
      .when((a) => a.retire(code, 'P', at))
      .thenRefused('PROGRAM_UNKNOWN');
    given(...history, retired('P'))
      .when((a) => a.resume(code, 'P', at))
      .thenRefused('PROGRAM_RETIRED');
    given(...history, retired('P'))
      .when((a) => a.pause(code, 'P', at))
      .thenRefused('PROGRAM_RETIRED');
  });
});

describe('warnings', () => {
  const warned = (...history: events.CodeEvent[]) => codeWarnings(replayed(...history).state);

  it('tell that STOP may never reach us', () => {
    expect(warned(provisionedShared)).toEqual([expect.stringContaining('PARTIAL')]);
    expect(warned(new events.CodeProvisioned({ ...provisionedShared.data, forwardsOptOut: true }))).toEqual([]);
    expect(warned(provisioned)).toEqual([]);
    expect(warned()).toEqual([]);
  });

  it('tell of a keyword that became an opt-out word, and of a claimed one', () => {
    const history = [provisioned, program('P', { keywords: ['ALTO', 'YES'] })];
    const changed = new events.CodeChanged({ ...provisioned.data, optOutWords: ['alto'] });
    expect(warned(...history, changed)).toEqual([expect.stringContaining('program P')]);
    expect(programWarnings(replayed(...history, changed).state, 'P')).toHaveLength(2);
  });
});
