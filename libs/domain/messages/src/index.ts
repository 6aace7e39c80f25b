export * from './gateway.js';
export * from './message.events.js';
export * from './post.js';
