import { createHash } from 'node:crypto';
import type { StrategyName } from './configuration.js';
import type { Consumer } from './consumer.js';
import { correlationOf, sourceStreamOf } from './message.js';
import type { Message } from './message.js';

/** What a strategy makes of a message: a consumer, or to wait, or to look at the messages behind it first. */
export type Choice = Consumer | 'wait' | 'skip';

export interface Strategy {
  choose(consumers: readonly Consumer[], message: Message): Choice;
}

/** Each in turn; one without room is passed over. */
class RoundRobin implements Strategy {
  #next = 0;

  choose(consumers: readonly Consumer[]): Choice {
    for (let i = 0; i < consumers.length; i++) {
      const consumer = consumers[(this.#next + i) % consumers.length];
      if (!consumer?.hasRoom) continue;
      this.#next = (this.#next + i + 1) % consumers.length;
      return consumer;
    }
    return 'wait';
  }
}

/** The first with room. */
const dispatchToSingle: Strategy = {
  choose: (consumers) => consumers.find(({ hasRoom }) => hasRoom) ?? 'wait',
};

/** One key always to one consumer, as long as the consumers stay the same; a busy one is not waited for. */
const pinned = (keyOf: (message: Message) => string): Strategy => ({
  choose(consumers, message) {
    if (!consumers.some(({ hasRoom }) => hasRoom)) return 'wait';
    const bucket = createHash('sha1').update(keyOf(message)).digest().readUInt32BE(0);
    const consumer = consumers[bucket % consumers.length];
    return consumer?.hasRoom ? consumer : 'skip';
  },
});

export const strategyOf = (name: StrategyName): Strategy => {
  if (name === 'RoundRobin') return new RoundRobin();
  if (name === 'DispatchToSingle') return dispatchToSingle;
  if (name === 'Pinned') return pinned(({ resolved }) => sourceStreamOf(resolved));
  return pinned(({ resolved }) => correlationOf(resolved));
};
