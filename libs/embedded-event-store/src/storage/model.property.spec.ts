import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { ANY, NO_STREAM, STREAM_EXISTS } from './numbers.js';
import { DirectStore, append, proposed } from '../testing/direct-store.js';
import { PlainModel } from '../testing/plain-model.js';

const IDS = Array.from({ length: 6 }, () => randomUUID());
const NAMES = ['a', 'b'];
const names = fc.constantFrom(...NAMES);
const expectations = fc.constantFrom(ANY, NO_STREAM, STREAM_EXISTS, 0, 1, 2, 3);
const operation = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      name: names,
      expected: expectations,
      ids: fc.array(fc.oneof(fc.constantFrom(...IDS), fc.uuid()), { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), name: names, expected: expectations }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('tombstone' as const), name: names, expected: expectations }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('metadata' as const),
      name: names,
      tb: fc.nat({ max: 4 }),
      maxCount: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
    }),
  },
);

describe('random appends, deletions, tombstones and metadata', () => {
  it('end and read as the rules say', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 25 }), (operations) => {
        const plain = new PlainModel();
        const real = new DirectStore();
        try {
          for (const step of operations) {
            if (step.kind === 'metadata') {
              const data = { $tb: step.tb, ...(step.maxCount !== undefined && { $maxCount: step.maxCount }) };
              real.execute([append(`$$${step.name}`, ANY, [proposed(randomUUID(), data, '$metadata')])]);
              plain.metadata(step.name, step);
            } else if (step.kind === 'append') {
              const events = step.ids.map((id) => proposed(id));
              const [got] = real.execute([append(step.name, step.expected, events)]);
              expect(got).toBe(plain.append(step.name, step.expected, step.ids));
            } else {
              const command = { kind: step.kind, stream: step.name, expected: step.expected };
              const [got] = real.execute([{ command, events: [] }]);
              expect(got).toBe(plain[step.kind](step.name, step.expected));
            }
            for (const name of NAMES) expect(real.read(name)).toEqual(plain.read(name));
          }
        } finally {
          real.remove();
        }
      }),
      { numRuns: rounds({ test: 30, short: 150, long: 10_000 }) },
    );
  });

  it('end the same in one transaction as in many', () => {
    const appends = fc.array(
      fc.record({
        name: names,
        expected: expectations,
        ids: fc.array(fc.constantFrom(...IDS), { minLength: 1, maxLength: 3 }),
      }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(appends, (steps) => {
        const [together, alone] = [new DirectStore(), new DirectStore()];
        const plain = new PlainModel();
        try {
          const commands = steps.map(({ name, expected, ids }) =>
            append(
              name,
              expected,
              ids.map((id) => proposed(id)),
            ),
          );
          together.execute(commands);
          for (const command of commands) alone.execute([command]);
          for (const { name, expected, ids } of steps) plain.append(name, expected, ids);
          for (const name of NAMES) {
            expect(together.read(name)).toEqual(alone.read(name));
            expect(together.read(name)).toEqual(plain.read(name));
          }
        } finally {
          together.remove();
          alone.remove();
        }
      }),
      { numRuns: rounds({ test: 8, short: 40, long: 3_000 }) },
    );
  });
});
