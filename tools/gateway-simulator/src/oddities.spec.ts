import { kaleyra } from '@mo-ledger/kaleyra';
import { oddities, postMaker } from './oddities.js';
import { SAMPLE, samplePost } from './post.js';

const context = { code: '26161', otherCode: '55555', device: '14045554900', firstId: 1_000 };
const all = oddities(context);
const postsOf = (name: string) => all.find((oddity) => oddity.name === name)?.posts(postMaker(context)) ?? [];
const read = (name: string) => postsOf(name).map(({ body, contentType }) => kaleyra.read(body, contentType));

describe('oddities', () => {
  it('have names of their own', () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  });

  it('are ordinary but for what is odd', () => {
    const [post] = [postMaker(context)()].map(({ body, contentType }) => kaleyra.read(body, contentType));
    expect(post).toMatchObject({ kind: 'MO', anomalies: [], deviceE164: '+14045554900', messageId: '1000' });
  });

  it.each<[string, object]>([
    ['sample-latin1', { deviceAddress: '1447ß7665544', anomalies: ['DEVICE_ADDRESS_MALFORMED', 'CHARSET_FALLBACK'] }],
    ['malformed-sender', { deviceE164: null, anomalies: ['DEVICE_ADDRESS_MALFORMED'] }],
    ['national-number', { deviceE164: '+14045554900', anomalies: [] }],
    ['bare-plus', { deviceAddress: ' 14045554900', deviceE164: '+14045554900' }],
    ['written-code', { code: '26161' }],
    ['charset', { fields: { message: 'Café' }, decoding: 'windows-1252', anomalies: [] }],
    ['unknown-charset', { fields: { message: '“Hi”' }, anomalies: ['CHARSET_FALLBACK'] }],
    ['broken-escapes', { fields: { message: '100% %zz %4' } }],
    ['duplicate-field', { fields: { message: 'JOIN' }, anomalies: ['DUPLICATE_FIELD'] }],
    ['nul', { fields: { message: 'J\u0000O\u200bIN' } }],
    ['lone-surrogate', { anomalies: ['CHARSET_FALLBACK'] }],
    ['emoji', { decoding: 'utf-8', fields: { message: '👍'.repeat(15_000) } }],
    ['table-only', { fields: { message_subid: null, status: '' } }],
    ['no-id', { messageId: null, anomalies: ['MESSAGE_ID_MISSING'] }],
    ['mms', { kind: 'MMS_MO', attachments: ['a-1', 'a-2'], messageId: '506180957019' }],
    ['status', { kind: 'STATUS', code: '26161', messageId: '506180957019' }],
    ['no-sender', { kind: 'QUARANTINED', reason: 'DEVICE_ADDRESS_MISSING' }],
    ['no-code', { kind: 'QUARANTINED', reason: 'INBOUND_ADDRESS_MISSING' }],
    ['json', { kind: 'QUARANTINED', reason: 'UNRECOGNISED' }],
    ['binary', { kind: 'QUARANTINED', reason: 'UNRECOGNISED' }],
    ['empty-body', { kind: 'QUARANTINED', reason: 'EMPTY_BODY' }],
    ['unprovisioned', { code: '55555' }],
  ])('%s is what it says', (name, expected) => {
    expect(read(name)[0]).toMatchObject(expected);
  });

  it('stay below the limit of a body, but for the one that is too large', () => {
    for (const { name, posts } of all)
      for (const { body } of posts(postMaker(context))) expect(body.length > 65_536).toBe(name === 'too-large');
  });

  it('come one after another: the older START is posted after the STOP', () => {
    const [stop, start] = read('out-of-order').map((post) => post.fields);
    expect([stop?.message, start?.message]).toEqual(['STOP', 'START']);
    expect(Number(start?.message_id)).toBeLessThan(Number(stop?.message_id));
  });
});

it("the sample is the requirement's, byte for byte", () => {
  expect(samplePost.body.equals(Buffer.from(SAMPLE))).toBe(true);
  expect(samplePost.body).toHaveLength(269);
  expect(kaleyra.read(samplePost.body, samplePost.contentType)).toMatchObject({ deviceE164Candidate: '+14477665544' });
});
