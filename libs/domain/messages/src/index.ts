export * from './post.js';
export * from './message.events.js';
