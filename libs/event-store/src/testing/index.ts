export { TestEventStore } from './test-event-store.js';
