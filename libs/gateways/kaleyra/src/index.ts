export * from './kaleyra.gateway.js';
