export * from './business-days.js';
export * from './message.js';
export * from './resolve-review.command.js';
export * from './subscriber.aggregate.js';
export * from './subscriber.events.js';
export * from './subscriber.refusal.js';
export { initialSubscriber, type Review, type SubscriberEvent, type SubscriberState } from './subscriber.state.js';
export * from './subscriber-id.js';
