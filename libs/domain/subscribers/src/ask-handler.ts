import type { AnyEvent } from '@mo-ledger/event-sourcing';
import { isEnrol, type AnyKeywordHandler, type HandlerRegistry } from '@mo-ledger/keyword-handlers';
import type { Match, Program } from '@mo-ledger/codes';
import type { RoutableMessage } from './message.js';
import { handlerStateOf, messageOf, type SubscriberState } from './subscriber.state.js';

/** A store refuses an append of more than 1 MiB; everything else of it is well below. */
const MOST_EVENT_CHARACTERS = 128 * 1024;
const LONGEST_ERROR = 500;

/** What a program's handler decided, or what went wrong. */
export type Answer = { readonly events: readonly AnyEvent[]; readonly enrols: boolean } | { readonly error: string };

/** Asks the handler of the program that matched. Whatever it does, this does not throw. */
export function askHandler(
  registry: HandlerRegistry,
  state: SubscriberState,
  message: RoutableMessage,
  match: Match,
  program: Program,
): Answer {
  const handler = registry.get(program.handler);
  if (!handler) return { error: `the keyword handler ${program.handler} is not installed` };
  const before = handlerStateOf(state, program.id, handler);
  if ('broken' in before) return { error: before.broken };
  try {
    const { ledgerId, receivedAt, messageId, carrier, channel, code } = message;
    const decisions = handler.decide(
      {
        ...{ keyword: match.keyword ?? '', match: match.match ?? 'FIRST', args: match.args, text: match.text },
        ...{ ledgerId, receivedAt, messageId, carrier, channel },
      },
      before.value,
      { code, program: program.id, organization: program.organization, settings: program.settings },
    );
    const events = decisions.flatMap((decision) => (isEnrol(decision) ? [] : [plain(decision)]));
    checkEvents(handler, before.value, events);
    return { events, enrols: decisions.some(isEnrol) };
  } catch (error) {
    return { error: messageOf(error).slice(0, LONGEST_ERROR) };
  }
}

// As the log gives it back, so that the state is the same now and after a replay.
const plain = ({ type, data }: AnyEvent): AnyEvent => ({ type, data: JSON.parse(JSON.stringify(data)) as object });

function checkEvents(handler: AnyKeywordHandler, before: unknown, events: readonly AnyEvent[]): void {
  events.reduce((state, event) => handler.evolve(state, event), before);
  if (JSON.stringify(events).length > MOST_EVENT_CHARACTERS)
    throw new Error(
      `the keyword handler ${handler.name} decided more than ${MOST_EVENT_CHARACTERS} characters of events`,
    );
}
