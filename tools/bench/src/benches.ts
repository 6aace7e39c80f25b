import { audit } from './audit.bench.js';
import type { Bench } from './bench.js';
import { eventStore } from './event-store.bench.js';
import { fuzz } from './fuzz.bench.js';
import { ingest } from './ingest.bench.js';
import { routing } from './routing.bench.js';

/** Every benchmark there is. */
export const benches: readonly Bench[] = [audit, eventStore, fuzz, ingest, routing];
