import { deepStrictEqual, fail } from 'node:assert';
import type { Aggregate } from './aggregate.js';
import type { AnyEvent } from './event.js';

/**
 * Given / when / then for an aggregate:
 * `specify(() => new Message()).given(new MessageRecorded(…)).when((m) => m.receive(…)).then(new MessageRedelivered(…))`.
 */
export function specify<State, E extends AnyEvent, A extends Aggregate<State, E>>(create: () => A) {
  return {
    given: (...history: readonly E[]) => ({
      when: (decide: (aggregate: A) => void) => {
        const aggregate = create();
        history.forEach((event, index) =>
          aggregate.replay({
            ...{ type: event.type, data: event.data, id: `given-${index}`, stream: 'given', created: new Date(0) },
            ...{
              revision: BigInt(index),
              position: BigInt(index),
              metadata: { $correlationId: '', $causationId: '', recordedBy: '', schemaVersion: 1 },
            },
          }),
        );
        let thrown: unknown;
        try {
          decide(aggregate);
        } catch (error) {
          thrown = error;
        }
        const decided = () => {
          if (thrown) throw thrown;
          return aggregate.getUncommittedEvents().map(({ type, data }) => ({ type, data }));
        };
        return {
          then: (...expected: readonly E[]) =>
            deepStrictEqual(
              decided(),
              expected.map(({ type, data }) => ({ type, data })),
            ),
          thenNothing: () => deepStrictEqual(decided(), []),
          thenTypes: (...types: readonly E['type'][]) =>
            deepStrictEqual(
              decided().map((event) => event.type),
              types,
            ),
          /** The refusal's stable `code`. */
          thenRefused: (code: string) => {
            if (!thrown) fail('was not refused');
            deepStrictEqual((thrown as { code?: unknown }).code, code);
          },
          state: aggregate.state,
        };
      },
    }),
  };
}
