import { encodeForm, FORM, SAMPLE, type SimulatedPost } from './post.js';

/** Something odd that a gateway does, as GATEWAY.md tells of it. */
export interface Oddity {
  readonly name: string;
  /** What it is and what the ledger makes of it, in one line. */
  readonly shows: string;
  /** How it is posted: in order, or all at once. */
  readonly parallel?: boolean;
  /** It takes long, or is meant to be refused: not for a demonstration. */
  readonly apart?: boolean;
  posts(make: MakePost): readonly SimulatedPost[];
}

/** Makes an ordinary post with a new id, with some of its fields other than usual; null leaves one out. */
export type MakePost = (
  fields?: Readonly<Record<string, string | null>>,
  more?: Partial<SimulatedPost> & { readonly tail?: string },
) => SimulatedPost;

export interface OddContext {
  readonly code: string;
  /** Nobody provisioned it. */
  readonly otherCode: string;
  readonly device: string;
  /** The first id to be used. */
  readonly firstId: number;
}

/** What oddities make their posts with. */
export function postMaker({ code, device, firstId }: OddContext): MakePost {
  let id = firstId;
  return (fields = {}, { tail = '', ...more } = {}) => {
    const messageId = String(id++);
    const all: Record<string, string | null> = {
      device_address: device,
      inbound_address: code,
      router: 'MMX',
      carrier: 'verizon',
      channel: 'sms',
      message_orig: 'Hello',
      message: 'Hello',
      message_id: messageId,
      message_subid: '0',
      status: 'MO Success',
      status_code: '100',
      a2w_mo_ref_id: messageId,
      country_code: '1',
      ...fields,
    };
    const present = Object.entries(all).filter((field): field is [string, string] => field[1] !== null);
    const body = Buffer.from(encodeForm(present) + tail, 'latin1');
    return { label: '', body, contentType: FORM, messageId: all.message_id || null, ...more };
  };
}

const text = (message: string) => ({ message, message_orig: message });
const noFields = (fields: readonly string[]) => Object.fromEntries(fields.map((name) => [name, null]));
const MO_FIELDS = ['message', 'message_orig', 'a2w_mo_ref_id'];
const one = (name: string, shows: string, ...args: Parameters<MakePost>): Oddity => ({
  name,
  shows,
  posts: (make) => [make(...args)],
});
const raw = (name: string, shows: string, body: Buffer, contentType: string | null = FORM): Oddity => ({
  name,
  shows,
  posts: (make) => [make({}, { body, contentType, messageId: null })],
});
const noText = noFields(['message', 'message_orig']);
const withType = (contentType: string | null, tail = '') => ({ contentType, tail });

/** Every oddity that GATEWAY.md knows of. */
export const oddities = ({ code, otherCode }: Pick<OddContext, 'code' | 'otherCode'>): readonly Oddity[] => [
  {
    name: 'sample-latin1',
    shows: 'the published sample in ISO-8859-1, undeclared: CHARSET_FALLBACK',
    posts: (make) => [make({}, { body: Buffer.from(SAMPLE, 'latin1'), messageId: '148929155953' })],
  },
  one('malformed-sender', 'a sender with an odd character: no number, a candidate', { device_address: '1447ß7665544' }),
  one('national-number', 'a national number beside its country code', { device_address: '4045554900' }),
  one('bare-plus', 'a plus sign that became a space', { device_address: ' 14045554900' }),
  one('invalid-number', 'digits that are no number', { device_address: '15555550100' }),
  one('written-code', 'a code with US-, the same as without', { inbound_address: `US-${code}` }),
  one('charset', 'a declared charset', noText, withType(`${FORM}; charset=windows-1252`, '&message=Caf%E9')),
  one(
    'unknown-charset',
    'a charset that is none: CHARSET_FALLBACK',
    noText,
    withType('x/y; charset=klingon', '&message=%93Hi%94'),
  ),
  one('no-content-type', 'no Content-Type: read like any other', text('JOIN'), withType(null)),
  one('wrong-content-type', 'a wrong Content-Type: read like any other', text('JOIN'), withType('application/json')),
  one('broken-escapes', 'percent signs that decode to nothing stay', noText, { tail: '&message=100%+%zz+%4' }),
  one('duplicate-field', 'a repeated field: the first wins, all are kept: DUPLICATE_FIELD', text('JOIN'), {
    tail: '&message=HELLO',
  }),
  one('conflicting-fields', 'an opt-out hidden in a repeated field: it counts, and a review is opened', text('JOIN'), {
    tail: '&message=STOP',
  }),
  one(
    'odd-names',
    'names that mean something elsewhere: ordinary unknown fields',
    {},
    { tail: '&__proto__=1&meta%5Bx%5D=2&constructor=3&MMSID=4' },
  ),
  one('nul', 'NUL and zero-width characters: kept, ignored when matching', text('J\u0000O\u200bIN')),
  one('lone-surrogate', 'bytes of a lone surrogate: not UTF-8', {}, { tail: '&extra=%ED%A0%80' }),
  one('emoji', '60 KiB of emoji, not even escaped', noText, {
    tail: `&message=${Buffer.from('👍'.repeat(15_000)).toString('latin1')}`,
  }),
  one('table-only', 'only the fields of the published table', {
    ...noFields(['message_subid', 'a2w_mo_ref_id', 'country_code']),
    status: '',
    status_code: '',
  }),
  one('empty-text', 'an empty text', text('')),
  one('stripped', 'characters that the gateway stripped', { message: 'JOIN ', message_orig: 'JOIN 🎉' }),
  one('decomposed', 'an accent of its own character', text('cafe\u0301')),
  {
    name: 'parts',
    shows: 'two parts of one message: two messages',
    posts: (make) => {
      const first = make({ message_subid: '0', ...text('first half') });
      return [first, make({ message_id: first.messageId, message_subid: '1', ...text('second half') })];
    },
  },
  {
    name: 'retry',
    shows: 'the same post again and again: one message, three attempts',
    posts: (make) => Array<SimulatedPost>(3).fill(make()),
  },
  {
    name: 'parallel',
    shows: 'twenty deliveries at once: one message, twenty attempts',
    parallel: true,
    posts: (make) => Array<SimulatedPost>(20).fill(make(text('JOIN'))),
  },
  {
    name: 'other-status',
    shows: 'again with another status: still the same message',
    posts: (make) => {
      const first = make({ status: 'Processing', status_code: '10' });
      return [first, make({ message_id: first.messageId, a2w_mo_ref_id: first.messageId })];
    },
  },
  {
    name: 'conflict',
    shows: 'the same id with another text: the first wins, CONFLICTING_DUPLICATE',
    posts: (make) => {
      const first = make(text('Hello'));
      return [first, make({ message_id: first.messageId, a2w_mo_ref_id: first.messageId, ...text('JOIN') })];
    },
  },
  {
    name: 'no-id',
    shows: 'no message id: MESSAGE_ID_MISSING; the same text soon after is a repeat',
    posts: (make) => Array<SimulatedPost>(2).fill(make({ message_id: null, a2w_mo_ref_id: null })),
  },
  one(
    'mms',
    'an MMS: mmsID and attachments',
    { ...text(''), message_id: null, channel: 'mms', mmsID: '506180957019' },
    { tail: '&attachment=a-1&attachment=a-2' },
  ),
  {
    name: 'status',
    shows: 'two status notifications of one message',
    posts: (make) =>
      ['Carrier Success 200', 'Handset Success 300'].map((status) =>
        make({
          ...noFields([...MO_FIELDS, 'country_code']),
          message_id: '506180957019',
          client_message_id: 'test_key2',
          smscid: 'f72e26d7-6b87',
          status: status.slice(0, -4),
          status_code: status.slice(-3),
        }),
      ),
  },
  one('no-sender', 'no sender: quarantine, DEVICE_ADDRESS_MISSING', { device_address: null }),
  one('no-code', 'an empty code: quarantine, INBOUND_ADDRESS_MISSING', { inbound_address: '' }),
  raw('json', 'JSON: quarantine, UNRECOGNISED', Buffer.from('{"message":"JOIN"}'), 'application/json'),
  raw(
    'binary',
    'bytes of all kinds: quarantine, UNRECOGNISED',
    Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
    null,
  ),
  raw('empty-body', 'nothing at all: quarantine, EMPTY_BODY', Buffer.alloc(0)),
  one('unprovisioned', 'a code that nobody provisioned: kept, flagged', {
    inbound_address: otherCode,
    ...text('JOIN'),
  }),
  one('polite-stop', 'STOP and more: opted out', text('Stop. Thank you')),
  one('mention', 'an opt-out word in a sentence: no change, a review', text("don't stop")),
  {
    name: 'out-of-order',
    shows: 'a START that is older than the STOP before it: OUT_OF_ORDER_CONSENT',
    posts: (make) => {
      const start = make(text('START'));
      return [make(text('STOP')), start];
    },
  },
  {
    name: 'too-large',
    shows: 'a body over the limit: 413',
    apart: true,
    posts: (make) => [make({}, { body: Buffer.alloc(65_537, 'x'), expected: 413 })],
  },
  {
    name: 'slow-body',
    shows: 'a body that does not come: 408',
    apart: true,
    posts: (make) => [make({}, { trickleMs: 200, expected: 408 })],
  },
  {
    name: 'unknown-organization',
    shows: 'a URL of nobody: 404',
    apart: true,
    posts: (make) => [make({}, { path: '/inbound/nobody-of-that-name', expected: 404 })],
  },
];
