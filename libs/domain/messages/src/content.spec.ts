import fc from 'fast-check';
import { LedgerKey } from '@mo-ledger/event-sourcing';
import { contentOf } from './content.js';
import { messageIdentity } from './identity.js';
import { messagePost } from './spec-posts.js';

const key = new LedgerKey('0'.repeat(64));
const extras = fc.array(fc.record({ name: fc.string(), value: fc.string({ unit: 'binary' }) }), { maxLength: 8 });

describe('content', () => {
  it('is the same whatever the order of the fields', () => {
    const permuted = extras.chain((extra) =>
      fc.tuple(fc.constant(extra), fc.shuffledSubarray(extra, { minLength: extra.length })),
    );
    fc.assert(
      fc.property(permuted, ([extra, shuffled]) => {
        const [post, other] = [messagePost({}, { extra }), messagePost({}, { extra: shuffled })];
        expect(contentOf(other)).toBe(contentOf(post));
        expect(messageIdentity(key, 'acme', other)).toBe(messageIdentity(key, 'acme', post));
      }),
    );
  });

  it('differs where any name or value differs, and never by how they are put together', () => {
    const comparable = (extra: { name: string; value: string }[]) =>
      extra
        .filter(({ name }) => name !== 'status' && name !== 'status_code')
        .map(({ name, value }) => JSON.stringify([name, value]))
        .sort();
    fc.assert(
      fc.property(extras, extras, (a, b) => {
        const same = JSON.stringify(comparable(a)) === JSON.stringify(comparable(b));
        expect(contentOf(messagePost({}, { extra: a })) === contentOf(messagePost({}, { extra: b }))).toBe(same);
      }),
    );
  });
});

describe('the identity of a message', () => {
  const id = (...args: Parameters<typeof messagePost>) => messageIdentity(key, 'acme', messagePost(...args));

  it.each([
    ['kind', id({}, { kind: 'MMS_MO' })],
    ['id', id({ message_id: '8' })],
    ['part', id({ message_subid: '1' })],
    ['sender', id({ device_address: '+14045554900' })],
    ['code', id({ inbound_address: '26162' })],
    ['organization', messageIdentity(key, 'other', messagePost())],
  ])('depends on its %s', (_, other) => expect(other).not.toBe(id()));

  it('depends on nothing else', () => {
    expect(id({ message: 'STOP', carrier: 'verizon', status: 'x' })).toBe(id());
  });

  it('is its content where the gateway gave no id', () => {
    expect(id({ message_id: null })).toBe(id({ message_id: null, status_code: '200' }));
    expect(id({ message_id: null })).not.toBe(id({ message_id: null, message: 'STOP' }));
    expect(id({ message_id: '' })).not.toBe(id());
  });
});
