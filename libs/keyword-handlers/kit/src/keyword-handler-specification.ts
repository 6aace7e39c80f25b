import { deepStrictEqual, fail, ok } from 'node:assert';
import type { AnyEvent } from '@mo-ledger/event-sourcing';
import { isEnrol, type Decision, type Enrol, type KeywordHandler, type KeywordMessage } from './keyword-handler.js';

interface Conditions<Settings> {
  /** As an operator would provision them; what has a default may be left out. */
  readonly settings?: Partial<Settings>;
  /** The message's other fields, where they matter. */
  readonly message?: Partial<KeywordMessage>;
}

const MESSAGE: KeywordMessage = {
  keyword: '',
  match: 'FIRST',
  args: [],
  text: '',
  receivedAt: '2026-01-01T12:00:00.000Z',
  ledgerId: '00000000000000000000000000000001',
  messageId: '1',
  carrier: null,
  channel: 'sms',
};

/**
 * Given / when / then for a keyword handler; its first word is the keyword:
 * `const { given } = specifyKeywordHandler(vote, { settings: { choices: ['RED', 'BLUE'] } })`, then
 * `given(new VoteCast({ choice: 'RED' })).when('VOTE blue').then(new VoteRefused({ reason: 'already voted' }))`.
 * State, message and settings are frozen meanwhile: a handler that changes what it was given fails here and not in the log.
 */
export function specifyKeywordHandler<E extends AnyEvent, State, Settings, Tally>(
  handler: KeywordHandler<E, State, Settings, Tally>,
  { settings = {}, message: common = {} }: Conditions<Settings> = {},
) {
  const parsed = handler.parseSettings(settings);
  if ('errors' in parsed) fail(parsed.errors.map(({ field, message }) => `${field}: ${message}`).join('; '));
  const program = freeze({ code: '26161', program: 'P-1', organization: 'acme', settings: parsed.value as Settings });

  const given = (...history: readonly E[]) => {
    let state = freeze(handler.initialState());
    for (const event of history) state = freeze(handler.evolve(state, freeze(event)));
    return {
      state,
      when: (text: string, fields: Partial<KeywordMessage> = {}) => {
        const [keyword = '', ...args] = text.trim().split(/\s+/);
        const message = freeze({ ...MESSAGE, keyword, args, text, ...common, ...fields });
        let decisions: readonly Decision[] = [];
        let thrown: unknown;
        try {
          decisions = handler.decide(message, state, program);
        } catch (error) {
          thrown = error;
        }
        const decided = (): unknown[] => {
          if (thrown) throw thrown;
          return decisions.map(plain);
        };
        return {
          then: (...expected: readonly (E | Enrol)[]): void => deepStrictEqual(decided(), expected.map(plain)),
          thenNothing: (): void => deepStrictEqual(decided(), []),
          /** The handler throws, and its message contains this. */
          thenThrows: (part: string): void => ok(String(thrown ?? 'nothing was thrown').includes(part), String(thrown)),
        };
      },
    };
  };

  return {
    given,
    /** Without a history. */
    when: given().when,
    /** What is shown with the program after these events of its subscribers. */
    results: (...events: readonly E[]): Tally => {
      const { results } = handler;
      if (!results) fail(`${handler.name} has no results`);
      return events.reduce((tally, event) => freeze(results.fold(tally, freeze(event))), freeze(results.initial()));
    },
  };
}

const plain = (decision: Decision): unknown =>
  isEnrol(decision) ? 'enrol' : { type: decision.type, data: decision.data };

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.values(value).forEach(freeze);
  return Object.freeze(value);
}
