import type { Bench } from './bench.js';

export const eventStore: Bench = {
  name: 'event-store',
  summary: 'the embedded event store beside a server that answers at once and stores nothing',
  run: () => Promise.resolve({ ratios: {}, figures: {} }),
};
