import fc from 'fast-check';
import { at } from '@mo-ledger/messages-read-model/testing';
import { buildRows, history } from '@mo-ledger/projections/testing';
import type { ReadStore } from '@mo-ledger/read-store';
import { testReadStore } from '@mo-ledger/read-store/testing';
import { keywordPrograms } from './index.js';
import { happenings } from './testing/example-programs.js';

const PROGRAMS = ['P', 'Q'] as const;
const HOUR = 3_600;

const step = fc.record({
  device: fc.integer({ min: 0, max: 4 }),
  program: fc.constantFrom(...PROGRAMS),
  does: fc.constantFrom('text', 'join', 'stop'),
  /** Messages may be routed in another order than they were received in. */
  second: fc.integer({ min: 0, max: 40 * HOUR }),
});

const cuts = fc.record({
  batch: fc.integer({ min: 1, max: 9 }),
  deliveries: fc.constantFrom(1, 2),
  anew: fc.boolean(),
});

describe('counts of programs', () => {
  let store: ReadStore;
  beforeAll(async () => {
    store = await testReadStore();
  });
  afterAll(() => store.close());

  it('are those of the log, whatever happens in it and however it is cut into batches', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), cuts, async (steps, options) => {
        const log = history();
        const texts: { program: string; device: number; second: number }[] = [];
        const joined = new Set<string>();
        for (const { device, program, does, second } of steps) {
          const stream = `subscriber-${device}`;
          const of = happenings('26161', program);
          const ended = PROGRAMS.filter((id) => joined.has(`${device} ${id}`));
          if (does === 'stop') {
            log.append(stream, of.optedOut(device, second, ended));
            for (const id of ended) joined.delete(`${device} ${id}`);
            continue;
          }
          const joins = does === 'join' && !ended.includes(program);
          log.append(stream, of.matched(device, second), ...(joins ? [of.joined(device, second)] : []));
          texts.push({ program, device, second });
          if (joins) joined.add(`${device} ${program}`);
        }

        const rows = await buildRows(store, keywordPrograms, log.events, options);
        for (const program of PROGRAMS) {
          const own = texts.filter((text) => text.program === program);
          const figures = rows.program_figures.find((row) => row.program === program);
          const seconds = own.map(({ second }) => second);
          const participants = [...joined].filter((one) => one.endsWith(` ${program}`)).sort();
          expect([figures?.messages ?? 0, figures?.participants ?? 0]).toEqual([own.length, participants.length]);
          expect(figures?.first_message_at ?? null).toBe(own.length > 0 ? at(Math.min(...seconds)) : null);
          expect(figures?.last_message_at ?? null).toBe(own.length > 0 ? at(Math.max(...seconds)) : null);
          const listed = rows.participants.filter((row) => row.program === program && row.state === 'JOINED');
          expect(listed.map(({ subscriber }) => `${subscriber} ${program}`).sort()).toEqual(participants);

          const hoursTexted = new Set(own.map(({ device, second }) => `${device} ${Math.floor(second / HOUR)}`));
          const devices = rows.activity_devices.filter((row) => row.program === program);
          const bits = devices.map(({ hours }) => hours.toString(2).replaceAll('0', '').length);
          expect(bits.reduce((sum, count) => sum + count, 0)).toBe(hoursTexted.size);
          const activity = rows.activity.filter((row) => row.program === program);
          expect(activity.reduce((sum, { messages }) => sum + messages, 0)).toBe(own.length);
          expect(activity.reduce((sum, { joins, leaves }) => sum + joins - leaves, 0)).toBe(participants.length);
        }
      }),
      { numRuns: 10 },
    );
  });
});
