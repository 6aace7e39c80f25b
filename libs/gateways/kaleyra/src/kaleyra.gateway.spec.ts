import { readFileSync } from 'node:fs';
import type { MessagePost, StatusPost } from '@mo-ledger/messages';
import { kaleyra } from './index.js';

const FORM = 'application/x-www-form-urlencoded';
const read = (body: string | Buffer, contentType: string | null = FORM) =>
  kaleyra.read(typeof body === 'string' ? Buffer.from(body) : body, contentType);
const readMessage = (body: string | Buffer, contentType: string | null = FORM): MessagePost => {
  const post = read(body, contentType);
  if (post.kind !== 'MO' && post.kind !== 'MMS_MO') throw new Error(`was read as ${post.kind}`);
  return post;
};
const readStatus = (body: string): StatusPost => {
  const post = read(body);
  if (post.kind !== 'STATUS') throw new Error(`was read as ${post.kind}`);
  return post;
};

const ADDRESSES = 'device_address=14045554900&inbound_address=26161&message_id=1';
const SAMPLE = readFileSync(new URL('../files/sample.txt', import.meta.url));

describe("the requirement's own sample", () => {
  const sample = readMessage(SAMPLE);

  it('is an MO with every field as it was sent', () => {
    expect(sample).toMatchObject({ kind: 'MO', code: '26161', messageId: '148929155953', messageSubid: '0' });
    expect(sample.fields).toEqual({
      ...{ device_address: '1447ß7665544', inbound_address: '26161', country_code: '1', mmsID: null },
      ...{ router: 'cingular', carrier: 'cingular', channel: 'sms', a2w_mo_ref_id: '148929155953' },
      ...{ message: 'Hello from SMPPSim', message_orig: 'Hello from SMPPSim' },
      ...{ message_id: '148929155953', message_subid: '0', status: 'Processing', status_code: '10' },
      ...{ smscid: null, client_message_id: null },
    });
    expect(sample.decoding).toBe('utf-8');
  });

  it('has a malformed sender: kept as written, with a candidate that is only offered', () => {
    expect(sample).toMatchObject({ deviceAddress: '1447ß7665544', deviceE164: null });
    expect(sample.deviceE164Candidate).toBe('+14477665544');
    expect(sample.anomalies).toEqual(['DEVICE_ADDRESS_MALFORMED']);
  });
});

describe('decoding', () => {
  const text = (body: string | Buffer, contentType: string | null = FORM) => {
    const { fields, decoding, anomalies } = readMessage(body, contentType);
    return { message: fields.message, decoding, anomalies };
  };
  const withMessage = (message: string) => Buffer.from(`${ADDRESSES}&message=${message}`, 'latin1');

  it('takes valid UTF-8 for UTF-8, whatever was declared', () => {
    const body = Buffer.from(`${ADDRESSES}&message=Café`);
    expect(text(body, `${FORM}; charset=windows-1252`)).toEqual({
      message: 'Café',
      decoding: 'utf-8',
      anomalies: [],
    });
  });

  it('reads a declared charset where it is not UTF-8, and that is no anomaly', () => {
    expect(text(withMessage('Caf%E9'), `${FORM}; charset=windows-1252`)).toEqual({
      message: 'Café',
      decoding: 'windows-1252',
      anomalies: [],
    });
    expect(text(withMessage('%83%65%83X%83g'), `${FORM};Charset="Shift_JIS"; x=y`).message).toBe('テスト');
    expect(text(withMessage('%3F%04%40%048%042%045%04B%04%E9%00'), `${FORM}; charset=utf-16le`).decoding).toBe(
      'utf-16le',
    );
    expect(text(withMessage('na%EFve'), `${FORM}; charset=ISO-8859-1`).decoding).toBe('iso-8859-1');
  });

  it.each([
    null,
    FORM,
    'text/plain; charset=utf-8',
    `${FORM}; charset=klingon`,
    `${FORM}; charset=shift_jis`,
    'nonsense;;;',
  ])('falls back to windows-1252 where nothing else fits (%s)', (contentType) => {
    expect(text(withMessage('%80 \x93q\x94 %FF'), contentType)).toEqual({
      message: '€ “q” ÿ',
      decoding: 'windows-1252',
      anomalies: ['CHARSET_FALLBACK'],
    });
  });

  it('undoes escapes before it decodes, so that a character may be half escaped', () => {
    expect(text(withMessage('\xC3%9F')).message).toBe('ß');
  });

  it.each([
    ['100%', '100%'],
    ['100%zz+%4', '100%zz %4'],
    ['%25%32%35', '%25'],
    ['%%41', '%A'],
    ['a%2Bb+c%20d', 'a+b c d'],
    ['a=b=c', 'a=b=c'],
    ['%26x%3D1', '&x=1'],
    ['%00\u{0}', '\u0000\u0000'],
    ['%EF%BB%BFx', '\uFEFFx'],
  ])('reads message=%s as %s', (sent, message) => {
    expect(text(withMessage(sent)).message).toBe(message);
  });

  it('tells an empty field from an absent one', () => {
    const { fields } = readMessage('device_address=14045554900&inbound_address=26161&message=&carrier&status');
    expect(fields).toMatchObject({ message: '', carrier: '', status: '', message_orig: null, router: null });
  });

  it('lets the first of a repeated key win and keeps all', () => {
    const { fields, extra, anomalies } = readMessage(`${ADDRESSES}&message=JOIN&x=1&message=STOP&x=2`);
    expect(fields.message).toBe('JOIN');
    expect(extra).toEqual([
      { name: 'x', value: '1' },
      { name: 'message', value: 'STOP' },
      { name: 'x', value: '2' },
    ]);
    expect(anomalies).toEqual(['DUPLICATE_FIELD']);
  });

  it('counts an empty first value as the first, and does not count undocumented repeats or attachments', () => {
    expect(readMessage(`${ADDRESSES}&message=&message=STOP`).fields.message).toBe('');
    expect(readMessage(`${ADDRESSES}&message=&x=1&x=1&attachment=a&attachment=b`).anomalies).toEqual([]);
  });

  it('keeps names that mean something to JavaScript or PHP as ordinary unknown fields', () => {
    const { extra } = readMessage(`${ADDRESSES}&message=&__proto__=1&meta%5Bx%5D=2&constructor=3&toString&MMSID=4&=5`);
    expect(extra.map(({ name, value }) => `${name}:${value}`)).toEqual([
      ...['__proto__:1', 'meta[x]:2', 'constructor:3', 'toString:', 'MMSID:4', ':5'],
    ]);
  });
});

describe('the kind of a post', () => {
  it.each(['message', 'message_orig', 'a2w_mo_ref_id'])('is an MO where %s is present, even empty', (name) => {
    expect(read(`device_address=1&inbound_address=2&smscid=x&status_code=200&${name}=`).kind).toBe('MO');
  });

  it('is an MO where mmsID or an attachment is present and empty, an MMS MO where one is not', () => {
    expect(read('device_address=1&inbound_address=2&mmsID=').kind).toBe('MO');
    expect(read('device_address=1&inbound_address=2&attachment=').kind).toBe('MO');
    expect(read('device_address=1&inbound_address=2&mmsID=5').kind).toBe('MMS_MO');
    expect(read('device_address=1&inbound_address=2&message=&attachment=&attachment=a').kind).toBe('MMS_MO');
  });

  it('is a status notification where it says whose status it is', () => {
    expect(readStatus('smscid=f72e&status_code=200')).toMatchObject({
      code: null,
      deviceAddress: null,
      messageId: null,
    });
    expect(readStatus('client_message_id=k&device_address=14045554900&inbound_address=26161')).toMatchObject({
      ...{ code: '26161', deviceAddress: '14045554900', deviceE164: '+14045554900', anomalies: [] },
    });
    expect(readStatus('status_code=&message_id=7').messageId).toBe('7');
  });

  it.each([
    ['', 'EMPTY_BODY'],
    ['&&', 'UNRECOGNISED'],
    ['{"message":"JOIN"}', 'UNRECOGNISED'],
    ['message_id=7&status=Success', 'UNRECOGNISED'],
    ['status_code=200&message_id=&smscid=', 'UNRECOGNISED'],
    ['message=JOIN&inbound_address=26161', 'DEVICE_ADDRESS_MISSING'],
    ['message=JOIN&inbound_address=26161&device_address=', 'DEVICE_ADDRESS_MISSING'],
    ['message=JOIN&device_address=14045554900&inbound_address=', 'INBOUND_ADDRESS_MISSING'],
    ['mmsID=1', 'DEVICE_ADDRESS_MISSING'],
  ])('of %j is quarantine: %s', (body, reason) => {
    expect(read(body)).toMatchObject({ kind: 'QUARANTINED', reason });
  });

  it('in quarantine keeps the code and the id that the audit trail shows, where it has them', () => {
    expect(read('message=JOIN&inbound_address=US-26161&message_id=7')).toMatchObject({ code: '26161', messageId: '7' });
    expect(read('mmsID=8')).toMatchObject({ code: null, messageId: '8' });
  });
});

describe('the id of a message', () => {
  it('is message_id, or mmsID for an MMS', () => {
    const addresses = 'device_address=14045554900&inbound_address=26161&message=';
    expect(readMessage(`${addresses}&mmsID=506180957019`).messageId).toBe('506180957019');
    expect(readMessage(`${addresses}&message_id=7&mmsID=8`).messageId).toBe('7');
  });

  it.each(['', '&message_id=', '&message_id=&mmsID='])('is missing and flagged in %j', (id) => {
    const post = readMessage(`device_address=14045554900&inbound_address=26161&message=x${id}`);
    expect(post.messageId).toBeNull();
    expect(post.anomalies).toEqual(['MESSAGE_ID_MISSING']);
  });
});
