import { specifyKeywordHandler } from '@mo-ledger/keyword-handlers';
import { QuestionMissed, QuestionSolved, quiz, QuizAnswerRefused, QuizFinished } from './quiz.keyword-handler.js';

const CAPITAL = { id: 'Q1', answers: ['Paris', 'Lutetia'], points: 2 };
const RIVER = { id: 'Q2', answers: ['River Thames', 'Thames'], points: 3 };

describe('a quiz of several questions', () => {
  const { given, when, results } = specifyKeywordHandler(quiz, {
    settings: { questions: [CAPITAL, RIVER], attempts: 2 },
  });
  const solved = new QuestionSolved({ question: 'Q1', points: 2 });
  const missed = new QuestionMissed({ question: 'Q1', attemptsLeft: 1 });

  it('gives the points of a question for any of its answers, however it is written', () => {
    when('QUIZ Q1 paris').then(solved);
    when('quiz q1 LUTETIA!').then(solved);
    when('QUIZ Q2 river thames').then(new QuestionSolved({ question: 'Q2', points: 3 }));
  });

  it('gives another attempt as long as there is one', () => {
    when('QUIZ Q1 london').then(missed);
    given(missed).when('QUIZ Q1 paris').then(solved);
    given(missed)
      .when('QUIZ Q1 london')
      .then(new QuestionMissed({ question: 'Q1', attemptsLeft: 0 }));
    given(missed, new QuestionMissed({ question: 'Q1', attemptsLeft: 0 }))
      .when('QUIZ Q1 paris')
      .then(new QuizAnswerRefused({ reason: 'no attempts left' }));
  });

  it('ends with the last question that can be answered', () => {
    given(solved)
      .when('QUIZ Q2 thames')
      .then(new QuestionSolved({ question: 'Q2', points: 3 }), new QuizFinished({ points: 5, solved: 2 }));
    given(solved, new QuestionMissed({ question: 'Q2', attemptsLeft: 1 }))
      .when('QUIZ Q2 rhine')
      .then(new QuestionMissed({ question: 'Q2', attemptsLeft: 0 }), new QuizFinished({ points: 2, solved: 1 }));
  });

  it('refuses what answers no question', () => {
    when('QUIZ').then(new QuizAnswerRefused({ reason: 'unknown question' }));
    when('QUIZ Q3 paris').then(new QuizAnswerRefused({ reason: 'unknown question' }));
    when('QUIZ Q1').then(new QuizAnswerRefused({ reason: 'no answer' }));
    given(solved)
      .when('QUIZ Q1 paris')
      .then(new QuizAnswerRefused({ reason: 'already solved' }));
  });

  it('shows how each question was answered, and how many finished with how many points', () => {
    const finished = new QuizFinished({ points: 5, solved: 2 });
    expect(results(missed, solved, solved, finished, new QuizAnswerRefused({ reason: 'no answer' }))).toEqual({
      solved: { Q1: 2 },
      missed: { Q1: 1 },
      finished: { 5: 1 },
    });
  });
});

describe('a quiz of one question', () => {
  const { when } = specifyKeywordHandler(quiz, { settings: { questions: [CAPITAL] } });

  it('needs no name of the question', () => {
    for (const text of ['QUIZ Paris', 'QUIZ Q1 Paris'])
      when(text).then(new QuestionSolved({ question: 'Q1', points: 2 }), new QuizFinished({ points: 2, solved: 1 }));
  });

  it('gives one attempt unless the settings say otherwise', () => {
    when('QUIZ Rome').then(
      new QuestionMissed({ question: 'Q1', attemptsLeft: 0 }),
      new QuizFinished({ points: 0, solved: 0 }),
    );
  });
});

describe("a quiz's settings", () => {
  it('name the field that is wrong, however deep', () => {
    expect(quiz.parseSettings({ questions: [{ ...CAPITAL, points: 0 }] })).toMatchObject({
      errors: [{ field: 'settings.questions.0.points' }],
    });
    for (const questions of [undefined, [], [CAPITAL, CAPITAL], [null]])
      expect(quiz.parseSettings({ questions })).toMatchObject({
        errors: [{ field: expect.stringMatching(/^settings\.questions/) }],
      });
  });
});
