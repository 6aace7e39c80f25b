import type { Bench } from './bench.js';
import { eventStore } from './event-store.bench.js';

/** Every benchmark there is. */
export const benches: readonly Bench[] = [eventStore];
