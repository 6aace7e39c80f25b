export * from './subscriber.events.js';
