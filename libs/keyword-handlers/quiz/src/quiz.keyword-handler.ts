import { Event } from '@mo-ledger/event-sourcing';
import { countOf, defineKeywordHandler, oneMore } from '@mo-ledger/keyword-handlers';
import { sameWord } from '@mo-ledger/matching';
import { QuizSettings, type QuizQuestion } from './quiz.settings.js';

/** A right answer; `points` are those of the question at that time. */
export class QuestionSolved extends Event('QuestionSolved')<{ readonly question: string; readonly points: number }> {}
/** A wrong answer; `attemptsLeft` is how many more may follow. */
export class QuestionMissed extends Event('QuestionMissed')<{
  readonly question: string;
  readonly attemptsLeft: number;
}> {}
/** No question is left to be answered: `points` are the sum. */
export class QuizFinished extends Event('QuizFinished')<{ readonly points: number; readonly solved: number }> {}
export class QuizAnswerRefused extends Event('QuizAnswerRefused')<{
  readonly reason: 'unknown question' | 'no answer' | 'already solved' | 'no attempts left';
}> {}

type Tally = Readonly<Record<string, number>>;

/** What one subscriber has answered: points of what was solved, failed attempts, both by question. */
interface AnswerSheet {
  readonly solved: Tally;
  readonly missed: Tally;
}

/** Answers by question, and how many subscribers finished with how many points. */
interface Standings {
  readonly solved: Tally;
  readonly missed: Tally;
  readonly finished: Tally;
}

/** `QUIZ <question> <answer>`, or `QUIZ <answer>` where there is one question: each question is solved once, within its attempts. */
export const quiz = defineKeywordHandler({
  name: 'quiz',
  description: 'Questions with points and a limited number of attempts: QUIZ <question> <answer>.',
  settings: QuizSettings,
  events: [QuestionSolved, QuestionMissed, QuizFinished, QuizAnswerRefused],
  initialState: (): AnswerSheet => ({ solved: {}, missed: {} }),

  decide({ args }, sheet, { settings: { questions, attempts } }) {
    const [question, answer] = asked(questions, args);
    if (!question) return new QuizAnswerRefused({ reason: 'unknown question' });
    if (answer === '') return new QuizAnswerRefused({ reason: 'no answer' });
    const { id, points } = question;
    if (Object.hasOwn(sheet.solved, id)) return new QuizAnswerRefused({ reason: 'already solved' });
    const attemptsLeft = attempts - countOf(sheet.missed, id) - 1;
    if (attemptsLeft < 0) return new QuizAnswerRefused({ reason: 'no attempts left' });

    const right = question.answers.some((candidate) => sameWord(candidate, answer));
    const event = right
      ? new QuestionSolved({ question: id, points })
      : new QuestionMissed({ question: id, attemptsLeft });
    const after = right ? solve(sheet, id, points) : miss(sheet, id);
    const open = questions.some((q) => !Object.hasOwn(after.solved, q.id) && countOf(after.missed, q.id) < attempts);
    return open ? event : [event, new QuizFinished(total(after))];
  },

  evolve: {
    QuestionSolved: (sheet, { question, points }) => solve(sheet, question, points),
    QuestionMissed: (sheet, { question }) => miss(sheet, question),
  },

  results: {
    initial: (): Standings => ({ solved: {}, missed: {}, finished: {} }),
    QuestionSolved: (all, { question }) => ({ ...all, solved: oneMore(all.solved, question) }),
    QuestionMissed: (all, { question }) => ({ ...all, missed: oneMore(all.missed, question) }),
    QuizFinished: (all, { points }) => ({ ...all, finished: oneMore(all.finished, String(points)) }),
  },
});

function asked(questions: readonly QuizQuestion[], args: readonly string[]): [QuizQuestion | undefined, string] {
  const [id = '', ...answer] = args;
  const named = questions.find((question) => sameWord(question.id, id));
  if (named) return [named, answer.join(' ')];
  return questions.length === 1 ? [questions[0], args.join(' ')] : [undefined, ''];
}

const solve = ({ solved, missed }: AnswerSheet, question: string, points: number): AnswerSheet => ({
  solved: { ...solved, [question]: points },
  missed,
});

const miss = ({ solved, missed }: AnswerSheet, question: string): AnswerSheet => ({
  solved,
  missed: oneMore(missed, question),
});

function total({ solved }: AnswerSheet) {
  const points = Object.values(solved);
  return { points: points.reduce((sum, each) => sum + each, 0), solved: points.length };
}
