export * from './gateway.js';
export * from './messages.js';
export * from './oddities.js';
export * from './post.js';
export * from './random.js';
