import { csvValue, ctime, lineValue, writers, type Attempt } from './index.js';

const attempt: Attempt = {
  ...{ id: 'a1', ledgerId: 'l1', at: '2026-11-22T12:00:00.000Z', organization: 'acme', carrier: 'cingular' },
  ...{ channel: 'sms', router: null, code: '26161', deviceAddress: '14477665544', messageId: '', kind: 'MO' },
  ...{ outcome: 'RECORDED', source: '208.71.240.10', answer: 200, durationMs: 3.25 },
};

describe('the formats of an export', () => {
  it('writes the line of the requirement’s sample', () => {
    expect(writers.line.write(attempt)).toBe(
      'Sun Nov 22 12:00:00 2026 -- Carrier: cingular; Channel: sms; Device address: 14477665544\n',
    );
  });

  it('writes times as ctime does, the day padded with a space', () => {
    expect(ctime(new Date('2026-11-01T03:04:05.999Z'))).toBe('Sun Nov  1 03:04:05 2026');
    expect(ctime(new Date('2024-02-29T23:59:59Z'))).toBe('Thu Feb 29 23:59:59 2024');
  });

  it('keeps a post on one line, and leaves what has no line break as it is', () => {
    const line = writers.line.write({ ...attempt, carrier: 'a\r\nb\\', channel: null, deviceAddress: '1447ß\u2028' });
    expect(line).toBe('Sun Nov 22 12:00:00 2026 -- Carrier: a\\r\\nb\\\\; Channel: ; Device address: 1447ß\\u2028\n');
    expect(lineValue('a\\b; c')).toBe('a\\b; c');
  });

  it('writes one JSON document a line', () => {
    const odd = { ...attempt, carrier: 'a\nb\0"' };
    const text = writers.ndjson.write(odd);
    expect(text.indexOf('\n')).toBe(text.length - 1);
    expect(JSON.parse(text)).toEqual(odd);
  });

  it('writes CSV by RFC 4180, absent apart from empty', () => {
    expect(writers.csv.head.trimEnd().split(',')).toEqual(Object.keys(attempt));
    expect(writers.csv.write({ ...attempt, carrier: 'a,"b"\r\nc' })).toBe(
      'a1,l1,2026-11-22T12:00:00.000Z,acme,"a,""b""\r\nc",sms,,26161,14477665544,"",MO,RECORDED,208.71.240.10,200,3.25\r\n',
    );
  });

  it.each(['=1+1', '+14045554900', '-1', '@SUM(A1)', '\tx', '\rx'])('lets no spreadsheet run %j', (value) => {
    expect(csvValue(value).replace(/^"/, '').startsWith(`'${value}`)).toBe(true);
  });

  it('keeps every character', () => {
    for (const value of ['a=1', "'x", ' =x', 'ß\0\u200b👍', '"', '', '=,"\n'])
      expect(unquoted(csvValue(value)).replace(/^'(?=[=+\-@\t\r])/, '')).toBe(value);
  });
});

const unquoted = (text: string) => (text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text);
