const ROUTE = '/inbound';

/** Whether a URL is for the gateway's posts: `/inbound` and everything below it. */
export const isInboundUrl = (url: string): boolean => /^\/inbound(?:[/?]|$)/.test(url);

/**
 * Sends every such URL to the one route `/inbound`, with the URL as it was sent behind the question mark: neither a router's limits nor
 * its complaints (a long path, a malformed escape) are answered before that route has read it.
 */
export const toInboundRoute = (url: string): string => (isInboundUrl(url) ? `${ROUTE}?${url}` : url);

/** The URL as it was sent. */
export const sentInboundUrl = (routed: string): string => routed.slice(ROUTE.length + 1);
