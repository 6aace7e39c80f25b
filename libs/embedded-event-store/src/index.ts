export { startEventStore } from './event-store.js';
export type { EventStoreOptions, RunningEventStore } from './event-store.js';
