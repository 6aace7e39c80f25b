import type { PostContent } from './post.js';

/** The gateway changes these between attempts. */
const VOLATILE = new Set(['status', 'status_code']);

/**
 * What a post says, in one string: its decoded fields whatever their order, without `status` and `status_code` (GATEWAY.md, Identity
 * and duplicates). Two posts say the same exactly where these are equal.
 */
export function contentOf({ fields, attachments, extra }: PostContent): string {
  const pairs: (readonly [string, string])[] = [];
  for (const [name, value] of Object.entries(fields)) if (value !== null) pairs.push([name, value]);
  for (const value of attachments) pairs.push(['attachment', value]);
  for (const { name, value } of extra) pairs.push([name, value]);
  const lines = pairs.filter(([name]) => !VOLATILE.has(name)).map((pair) => JSON.stringify(pair));
  return lines.sort().join('\n');
}
