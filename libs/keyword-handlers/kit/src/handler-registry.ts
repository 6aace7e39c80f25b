import type { EventClass } from '@mo-ledger/event-sourcing';
import type { AnyKeywordHandler } from './keyword-handler.js';

/** Event types that a handler may not take, and whose they are, for the message that says so. */
export interface TakenEvents {
  readonly by: string;
  readonly events: readonly EventClass[];
}

/** The keyword handlers that are installed. */
export class HandlerRegistry {
  readonly #handlers = new Map<string, AnyKeywordHandler>();

  /**
   * @param handlers in the order in which they are listed
   * @param taken the event types of everything else
   * Throws where a name or an event type is taken twice, with a message that names both.
   */
  constructor(handlers: readonly AnyKeywordHandler[], taken: readonly TakenEvents[] = []) {
    const owners = new Map<string, string>();
    for (const { by, events } of taken) for (const { type } of events) owners.set(type, by);
    for (const [index, handler] of handlers.entries()) {
      const { name, events } = handler;
      const place = `keyword handler ${name} (number ${index + 1} of the list)`;
      const other = handlers.findIndex((candidate) => candidate.name === name);
      if (other !== index)
        throw new Error(
          `two keyword handlers are named ${name}: number ${other + 1} of the list, with the events ` +
            `${listed(handlers[other]?.events)}, and number ${index + 1}, with the events ${listed(events)}`,
        );
      for (const { type } of events) {
        const owner = owners.get(type);
        if (owner) throw new Error(`the event type ${type} is taken twice: by ${owner} and by ${place}`);
        owners.set(type, place);
      }
      this.#handlers.set(name, handler);
    }
  }

  get(name: string): AnyKeywordHandler | undefined {
    return this.#handlers.get(name);
  }

  /** All of them, in the order of the list. */
  get all(): readonly AnyKeywordHandler[] {
    return [...this.#handlers.values()];
  }
}

const listed = (events: readonly EventClass[] = []): string => events.map(({ type }) => type).join(', ') || 'none';
