import { createHash } from 'node:crypto';

/**
 * The normalised key of an `inbound_address`, by which codes are compared: `+` and `US-` stripped (GATEWAY.md, The post). What is
 * left of a real one is digits. Anything else names a code that nobody can provision: it stays readable where it is fit for a name,
 * and is a hash where it is not, so that it never meets a real code.
 */
export function codeOf(inboundAddress: string): string {
  const key = inboundAddress.trim().replace(/^(?:\+|US-|\s)+/i, '');
  if (/^[A-Za-z0-9._-]{1,64}$/.test(key)) return key;
  return `invalid-${createHash('sha256').update(key).digest('hex').slice(0, 32)}`;
}
