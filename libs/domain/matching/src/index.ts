export * from './keyword-and-args.js';
export * from './normalise.js';
export * from './reserved-words.js';
export * from './same-text.js';
export * from './words.js';
