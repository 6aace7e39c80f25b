import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { InvalidLedgerKey, LedgerKey } from './ledger-key.js';

const keys = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));
// Lone surrogates too.
const texts = fc.string({ unit: 'binary', maxLength: 200 });
const parts = fc.array(fc.oneof(texts, fc.integer(), fc.constant(null)));

const hmac = (key: string, text: string): Buffer =>
  createHmac('sha256', Buffer.from(key, 'hex')).update(text).digest().subarray(0, 16);

it("derives the first half of the natural key's HMAC, in the ids that every ledger holds", () => {
  fc.assert(
    fc.property(keys, texts, parts, (key, purpose, natural) => {
      const expected = hmac(key, JSON.stringify([purpose, ...natural]));
      expect(new LedgerKey(key).id(purpose, ...natural)).toBe(expected.toString('hex'));
    }),
  );
});

it('makes a UUID of version 8 of it, which differs from it in nothing else', () => {
  fc.assert(
    fc.property(keys, texts, parts, (key, purpose, natural) => {
      const uuid = new LedgerKey(key).uuid(purpose, ...natural);
      expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      const expected = hmac(key, JSON.stringify([purpose, ...natural]));
      expected[6] = (expected.readUInt8(6) & 0x0f) | 0x80;
      expected[8] = (expected.readUInt8(8) & 0x3f) | 0x80;
      expect(uuid.replaceAll('-', '')).toBe(expected.toString('hex'));
    }),
  );
});

it('takes a key in either case, and nothing but 32 bytes in hex', () => {
  expect(new LedgerKey('AB'.repeat(32)).fingerprint).toBe(new LedgerKey('ab'.repeat(32)).fingerprint);
  for (const wrong of ['', 'ab', 'ab'.repeat(31), 'ab'.repeat(33), 'xy'.repeat(32)])
    expect(() => new LedgerKey(wrong)).toThrow(InvalidLedgerKey);
});
