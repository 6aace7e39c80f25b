import { audit } from './audit.bench.js';
import type { Bench } from './bench.js';
import { emmett } from './emmett.bench.js';
import { eventStore } from './event-store.bench.js';
import { freshness } from './freshness.bench.js';
import { fuzz } from './fuzz.bench.js';
import { ingest } from './ingest.bench.js';
import { memory } from './memory.bench.js';
import { queries } from './queries.bench.js';
import { rebuild } from './rebuild.bench.js';
import { routing } from './routing.bench.js';
import { scale } from './scale.bench.js';
import { start } from './start.bench.js';

/** Every benchmark, in the order in which all of them run: later ones compare themselves with figures of earlier ones. */
export const benches: readonly Bench[] = [
  ingest,
  freshness,
  routing,
  rebuild,
  queries,
  start,
  memory,
  scale,
  emmett,
  eventStore,
  audit,
  fuzz,
];
