import { specifyKeywordHandler } from '@mo-ledger/keyword-handlers';
import { vote, VoteCast, VoteRefused } from './vote.keyword-handler.js';

describe('a vote', () => {
  const { given, when, results } = specifyKeywordHandler(vote, { settings: { choices: ['RED', 'Blue', 'CAFÉ'] } });

  it('is for the first word after the keyword, however it is written', () => {
    when('VOTE red').then(new VoteCast({ choice: 'RED' }));
    when('vote BLUE please').then(new VoteCast({ choice: 'Blue' }));
    when('VOTE red!').then(new VoteCast({ choice: 'RED' }));
    when('VOTE cafe\u0301').then(new VoteCast({ choice: 'CAFÉ' }));
  });

  it('is for the keyword itself where nothing follows it', () => {
    when('Red').then(new VoteCast({ choice: 'RED' }));
  });

  it('is refused for what is no choice', () => {
    when('VOTE green').then(new VoteRefused({ reason: 'unknown choice' }));
    when('VOTE').then(new VoteRefused({ reason: 'unknown choice' }));
  });

  it('refuses a second vote', () => {
    given(new VoteCast({ choice: 'RED' }))
      .when('VOTE blue')
      .then(new VoteRefused({ reason: 'already voted' }));
  });

  it('may follow one that was refused', () => {
    given(new VoteRefused({ reason: 'unknown choice' }))
      .when('VOTE blue')
      .then(new VoteCast({ choice: 'Blue' }));
  });

  it('is counted for its choice', () => {
    const [red, blue] = [new VoteCast({ choice: 'RED' }), new VoteCast({ choice: 'Blue' })];
    expect(results(red, blue, new VoteRefused({ reason: 'already voted' }), red)).toEqual({ RED: 2, Blue: 1 });
  });
});

describe("a vote's settings", () => {
  it('name what is wrong', () => {
    for (const choices of [undefined, [], 'A', [1], [''], ['A', 'A']])
      expect(vote.parseSettings({ choices })).toMatchObject({ errors: [{ field: 'settings.choices' }] });
  });

  it('are published', () => {
    expect(vote.settingsSchema).toMatchObject({ required: ['choices'], properties: { choices: { type: 'array' } } });
  });
});
