import fc from 'fast-check';
import { LedgerKey } from '@mo-ledger/event-sourcing';
import { contentOf, messageIdentity, type Post } from '@mo-ledger/messages';
import { readForm } from './form.js';
import { kaleyra } from './index.js';

const NAMES = [
  ...[
    'device_address',
    'inbound_address',
    'message',
    'message_orig',
    'message_id',
    'mmsID',
    'attachment',
    'status_code',
  ],
  ...['smscid', 'country_code', '__proto__', 'a[b]', '', 'x'],
];
const field = fc.tuple(fc.constantFrom(...NAMES), fc.string({ unit: 'binary' }));
const encode = (fields: readonly (readonly [string, string])[]) =>
  Buffer.from(fields.map(([name, value]) => `${escape(name)}=${escape(value)}`).join('&'));
/** Lone surrogates cannot be sent as UTF-8. */
const escape = (text: string) => encodeURIComponent(text.toWellFormed());
const contentType = fc.option(
  fc.constantFrom('application/x-www-form-urlencoded', 'x; charset=utf-16le', 'x; charset=big5', 'x;charset="', 'x'),
  { nil: null },
);
const anyBody = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.array(field, { maxLength: 12 }).map(encode),
  fc
    .array(fc.constantFrom(...'&=%+aA0ß\u0000', ...NAMES), { maxLength: 40 })
    .map((parts) => Buffer.from(parts.join(''))),
);
const everyValue = ({ fields, attachments, extra }: Post) =>
  [
    ...Object.entries(fields).filter(([, value]) => value !== null),
    ...attachments.map((value) => ['attachment', value]),
    ...extra.map(({ name, value }) => [name, value]),
  ]
    .map((pair) => JSON.stringify(pair))
    .sort();

const key = new LedgerKey('0'.repeat(64));
const identityOf = (post: Post) =>
  post.kind === 'MO' || post.kind === 'MMS_MO' ? messageIdentity(key, 'acme', post) : null;

describe('any bytes at all', () => {
  it('are a post of one of the kinds, the same one each time', () => {
    fc.assert(
      fc.property(anyBody, contentType, (body, type) => {
        const before = Buffer.from(body);
        const post = kaleyra.read(body, type);
        expect(['MO', 'MMS_MO', 'STATUS', 'QUARANTINED']).toContain(post.kind);
        expect(kaleyra.read(body, type)).toEqual(post);
        expect(body.equals(before)).toBe(true);
        expect(JSON.parse(JSON.stringify(post))).toEqual(post);
      }),
      { numRuns: rounds({ test: 300, short: 5_000, long: 300_000 }) },
    );
  });

  it('lose no field: what was sent is there, in fields, attachments or extra', () => {
    fc.assert(
      fc.property(fc.array(field, { maxLength: 12 }), (sent) => {
        const expected = sent.map(([name, value]) => JSON.stringify([name, value.toWellFormed()])).sort();
        expect(everyValue(kaleyra.read(encode(sent), null))).toEqual(expected);
      }),
    );
  });

  it('are the same post whatever the order of their fields', () => {
    const unique = fc.uniqueArray(field, { selector: ([name]) => name, maxLength: 12 });
    const permuted = unique.chain((fields) =>
      fc.tuple(fc.constant(fields), fc.shuffledSubarray(fields, { minLength: fields.length })),
    );
    fc.assert(
      fc.property(permuted, ([fields, shuffled]) => {
        const sorted = (post: Post) => ({ ...post, extra: post.extra.toSorted((a, b) => (a.name < b.name ? -1 : 1)) });
        const [post, other] = [kaleyra.read(encode(fields), null), kaleyra.read(encode(shuffled), null)];
        expect(sorted(other)).toEqual(sorted(post));
        expect(identityOf(other)).toBe(identityOf(post));
        expect(contentOf(other)).toBe(contentOf(post));
      }),
    );
  });

  it('are decoded once: what looks like an escape afterwards is text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (value) => {
        const escaped = Buffer.from([...value].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''));
        const [read] = readForm(Buffer.concat([Buffer.from('x='), escaped]));
        expect(read?.value.equals(Buffer.from(value))).toBe(true);
      }),
    );
  });
});
