export * from './inbound-description.js';
export * from './inbound.module.js';
export { INBOUND_LIMITS, type InboundLimits } from './inbound-endpoint.js';
export * from './organization-directory.js';
