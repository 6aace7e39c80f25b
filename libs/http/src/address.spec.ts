import { AddressRanges, canonicalAddress, clientAddress } from './address.js';

describe('address ranges', () => {
  const gateway = new AddressRanges('208.71.240.0/21');

  it('hold their first and last address and nothing beyond', () => {
    expect(['208.71.240.0', '208.71.247.255'].map((address) => gateway.has(address))).toEqual([true, true]);
    expect(['208.71.239.255', '208.71.248.0', '::1', 'nonsense', ''].some((address) => gateway.has(address))).toBe(
      false,
    );
  });

  it('count an IPv4-mapped IPv6 address as IPv4', () => {
    expect(gateway.has('::ffff:208.71.247.255')).toBe(true);
    expect(canonicalAddress('::ffff:208.71.247.255')).toBe('208.71.247.255');
  });

  it('refuse what is no block, and say which', () => {
    expect(() => new AddressRanges('10.0.0.0/8, 10.0.0.0/99')).toThrow('"10.0.0.0/99"');
    expect(() => new AddressRanges('10/8')).toThrow('"10/8"');
  });

  it('know an address only as it is commonly written', () => {
    const odd = ['0xd0.71.240.10', '0320.71.240.10', '208.71.61450', '3494375434', '208.71.240.10:80'];
    expect(odd.some((address) => gateway.has(address))).toBe(false);
    expect(canonicalAddress('208.071.240.10')).toBe('208.071.240.10');
  });
});

describe('the client of a request', () => {
  const trusted = new AddressRanges('127.0.0.0/8, 10.0.0.0/8');

  it('is the peer where the peer is no trusted proxy, whatever it claims', () => {
    expect(clientAddress('203.0.113.9', '208.71.240.10', trusted)).toBe('203.0.113.9');
  });

  it('is the right-most address that is not a trusted proxy', () => {
    expect(clientAddress('127.0.0.1', '208.71.240.10, 203.0.113.9, 10.1.2.3', trusted)).toBe('203.0.113.9');
  });

  it('is the left-most proxy where all are trusted', () => {
    expect(clientAddress('127.0.0.1', '10.1.2.3', trusted)).toBe('10.1.2.3');
  });
});
