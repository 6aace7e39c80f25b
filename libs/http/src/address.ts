import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

// A few clients send everything, and each request asks several times.
const known = new LRUCache<string, Address>({ max: 1_000 });
/** Longer ones are not worth their memory. */
const LONGEST_KNOWN = 64;

function parse(text: string): Address | null {
  let address: Address | null | undefined = known.get(text);
  if (address) return address;
  address = read(text);
  if (address && text.length <= LONGEST_KNOWN) known.set(text, address);
  return address;
}

const read = (text: string): Address | null => {
  // A zone (`fe80::1%eth0`) says nothing about whose address it is.
  const bare = text.trim().replace(/%.*$/, '');
  // The library alone would also take `0xd0.71.240.10`, `127.1` and octal numbers: another address than the one who wrote it meant.
  return isIP(bare) ? ipaddr.process(bare) : null;
};

/** A set of CIDR blocks. An IPv4-mapped IPv6 address counts as IPv4 (GATEWAY.md, Answering). */
export class AddressRanges {
  readonly #blocks: readonly (readonly [Address, number])[];

  /** @param list comma-separated blocks or single addresses; '' is the empty set. Throws on what is neither. */
  constructor(readonly list: string) {
    this.#blocks = list
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .map((part) => {
        try {
          if (part.includes('/') && isIP(part.replace(/\/.*$/, ''))) return ipaddr.parseCIDR(part);
        } catch {
          throw new Error(`"${part}" is not a CIDR block`);
        }
        const address = parse(part);
        if (!address) throw new Error(`"${part}" is not an address or a CIDR block`);
        return [address, address.kind() === 'ipv4' ? 32 : 128] as const;
      });
  }

  /** Whether the address is in one of the blocks; what is no address never is. */
  has(text: string): boolean {
    const address = parse(text);
    return (
      address !== null &&
      this.#blocks.some(([block, bits]) => {
        if (block.kind() !== address.kind()) return false;
        // One kind each: match() takes both, its overloads do not say so.
        return (address as ipaddr.IPv4).match(block as ipaddr.IPv4, bits);
      })
    );
  }
}

export const LOOPBACK = new AddressRanges('127.0.0.0/8, ::1');

/** How an address is written in records: IPv4-mapped IPv6 as IPv4; what is no address as it came, cut to 64 characters. */
export const canonicalAddress = (text: string): string => parse(text)?.toString() ?? text.slice(0, 64);

/**
 * Who sent a request: the peer, or where the peer is a trusted proxy the right-most address of `X-Forwarded-For` that is not one
 * of them (API.md, Settings). The answer is canonical.
 */
export function clientAddress(peer: string, forwardedFor: string | undefined, trusted: AddressRanges): string {
  let client = peer;
  const chain = (forwardedFor ?? '').split(',').filter((part) => part.trim() !== '');
  while (trusted.has(client) && chain.length > 0) client = chain.pop()?.trim() ?? client;
  return canonicalAddress(client);
}
