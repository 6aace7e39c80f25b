import { ArrayMinSize, ArrayUnique, IsString } from 'class-validator';
import { Event } from '@mo-ledger/event-sourcing';
import { defineKeywordHandler, enrol, HandlerRegistry, specifyKeywordHandler, type HandledProgram } from './index.js';

class VoteSettings {
  @IsString({ each: true }) @ArrayMinSize(2) @ArrayUnique() choices!: string[];
}
class VoteCast extends Event('VoteCast')<{ choice: string }> {}
class VoteRefused extends Event('VoteRefused')<{ reason: 'already voted' | 'unknown choice' }> {}
class SomebodyElses extends Event('SomebodyElses')<{ choice: string }> {}
interface Ballot {
  readonly choice?: string;
}

const sameWord = (a: string, b: string): boolean => a.toUpperCase() === b.toUpperCase();

// Word for word the example of ARCHITECTURE.md.
const vote = defineKeywordHandler({
  name: 'vote',
  settings: VoteSettings,
  events: [VoteCast, VoteRefused],
  initialState: (): Ballot => ({}),
  decide({ keyword, args: [choice = keyword] }, ballot, { settings }) {
    if (ballot.choice) return new VoteRefused({ reason: 'already voted' });
    const known = settings.choices.find((c) => sameWord(c, choice));
    return known ? new VoteCast({ choice: known }) : new VoteRefused({ reason: 'unknown choice' });
  },
  evolve: { VoteCast: (ballot, { choice }) => ({ ...ballot, choice }) },
  results: {
    initial: () => ({}) as Record<string, number>,
    VoteCast: (tally, { choice }) => ({ ...tally, [choice]: (tally[choice] ?? 0) + 1 }),
  },
});
const program: HandledProgram = {
  code: '26161',
  program: 'P',
  organization: 'acme',
  settings: { choices: ['A', 'B'] },
};

describe('a keyword handler', () => {
  const { given, when, results } = specifyKeywordHandler(vote, { settings: { choices: ['RED', 'BLUE'] } });

  it('decides from its state, the message and the settings', () => {
    when('VOTE blue').then(new VoteCast({ choice: 'BLUE' }));
    when('red').then(new VoteCast({ choice: 'RED' }));
    given(new VoteCast({ choice: 'RED' }))
      .when('VOTE blue')
      .then(new VoteRefused({ reason: 'already voted' }));
  });

  it('folds its results', () => {
    expect(results(new VoteCast({ choice: 'RED' }), new VoteRefused({ reason: 'already voted' }))).toEqual({ RED: 1 });
    expect(vote.results?.types).toEqual(['VoteCast']);
  });

  it('leaves its state as it is for an event that it does not fold', () => {
    expect(given(new VoteRefused({ reason: 'unknown choice' })).state).toEqual({});
  });

  it('throws where the settings in the log do not fit it any more', () => {
    const message = { ...specimen, keyword: 'A' };
    expect(() => vote.decide(message, {}, { ...program, settings: { choices: ['A'] } } as never)).toThrow(
      'settings.choices',
    );
  });

  it('does without a setting that it once had', () => {
    const decided = vote.decide({ ...specimen, keyword: 'A' }, {}, {
      ...program,
      settings: { choices: ['A', 'B'], old: 1 },
    } as never);
    expect(decided).toEqual([new VoteCast({ choice: 'A' })]);
  });

  it('may not decide events of another handler, nor enrol without saying so', () => {
    const rogue = defineKeywordHandler({ name: 'rogue', decide: () => new SomebodyElses({ choice: 'A' }) as never });
    expect(() => rogue.decide(specimen, {}, program as never)).toThrow('keyword handler rogue decided');
    const enroller = defineKeywordHandler({ name: 'enroller', decide: () => enrol as never });
    expect(() => enroller.decide(specimen, {}, program as never)).toThrow('enrols: true');
    const promising = defineKeywordHandler({ name: 'promising', decide: (async () => undefined) as never });
    expect(() => promising.decide(specimen, {}, program as never)).toThrow('keyword handler promising decided');
  });
});

const specimen = {
  keyword: 'VOTE',
  match: 'FIRST' as const,
  args: [],
  text: 'VOTE',
  receivedAt: '2026-01-01T12:00:00.000Z',
  ledgerId: '1',
  messageId: null,
  carrier: null,
  channel: null,
};

describe('the types of a keyword handler', () => {
  const plain = { name: 'typed', settings: VoteSettings, events: [VoteCast] as const };

  it('refuse a wrong event', () => {
    defineKeywordHandler({
      ...plain,
      // @ts-expect-error not one of its events
      decide: () => new SomebodyElses({ choice: 'A' }),
    });
    defineKeywordHandler({
      ...plain,
      decide: () => undefined,
      // @ts-expect-error misspelt
      evolve: { VoteCats: (state: object) => state },
    });
    defineKeywordHandler({
      ...plain,
      decide: () => undefined,
      // @ts-expect-error misspelt
      results: { initial: () => 0, VoteCats: (tally: number) => tally },
    });
  });

  it('refuse a wrong payload', () => {
    // @ts-expect-error misspelt
    const wrong = () => new VoteCast({ chioce: 'A' });
    // @ts-expect-error not one of the reasons
    const alsoWrong = () => new VoteRefused({ reason: 'too late' });
    defineKeywordHandler({
      ...plain,
      initialState: () => ({ choice: '' }),
      decide: () => undefined,
      // @ts-expect-error the event has no such field
      evolve: { VoteCast: (_, { color }) => ({ choice: color }) },
    });
    expect([wrong, alsoWrong]).toHaveLength(2);
  });

  it('refuse a wrong state', () => {
    defineKeywordHandler({
      ...plain,
      initialState: (): Ballot => ({}),
      // @ts-expect-error the state has no such field
      decide: (_, ballot) => (ballot.vote ? undefined : new VoteCast({ choice: 'A' })),
      // @ts-expect-error the field is a string
      evolve: { VoteCast: () => ({ choice: 1 }) },
      results: {
        initial: () => 0,
        // @ts-expect-error the tally is a number
        VoteCast: (_tally, { choice }) => choice,
      },
    });
  });

  it('refuse a wrong setting', () => {
    defineKeywordHandler({
      ...plain,
      // @ts-expect-error there is no such setting
      decide: (_, __, { settings }) => new VoteCast({ choice: settings.options[0] }),
    });
    // @ts-expect-error there is no such setting
    expect(() => specifyKeywordHandler(vote, { settings: { options: ['A', 'B'] } })).toThrow('settings.options');
  });

  it('refuse an enrolment that was not announced, and a promise', () => {
    // @ts-expect-error `enrols: true` is missing
    defineKeywordHandler({ ...plain, decide: () => enrol });
    // @ts-expect-error deciding is pure
    defineKeywordHandler({ ...plain, decide: async () => new VoteCast({ choice: 'A' }) });
    expect(defineKeywordHandler({ ...plain, enrols: true, decide: () => enrol }).enrols).toBe(true);
  });
});

describe('the registry', () => {
  const twin = defineKeywordHandler({ name: 'vote', decide: () => undefined });
  const thief = defineKeywordHandler({ name: 'ballot', events: [VoteCast], decide: () => undefined });

  it('finds handlers by name', () => {
    const registry = new HandlerRegistry([vote]);
    expect(registry.get('vote')).toBe(vote);
    expect(registry.get('toString')).toBeUndefined();
    expect(registry.all).toEqual([vote]);
  });

  it('does not start where a name or an event type is taken twice, and names both', () => {
    expect(() => new HandlerRegistry([vote, twin])).toThrow(/named vote: number 1 .*VoteCast.* number 2/);
    expect(() => new HandlerRegistry([vote, thief])).toThrow(/VoteCast is taken twice: by .*vote .* by .*ballot/);
    expect(() => new HandlerRegistry([vote], [{ by: 'the core', events: [VoteCast] }])).toThrow(
      /the core and by .*vote/,
    );
  });

  it('does not start where an event class has another name than its type, or a handler none that is a name', () => {
    class Misnamed extends Event('VoteCast')<{ choice: string }> {}
    const define = (name: string) => () => defineKeywordHandler({ name, events: [Misnamed], decide: () => undefined });
    expect(define('vote')).toThrow('the class Misnamed records events of the type VoteCast');
    expect(define('Vote!')).toThrow('"Vote!"');
  });
});
