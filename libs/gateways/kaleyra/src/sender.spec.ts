import { readSender } from './sender.js';

describe('a sender', () => {
  it.each([
    ['14477665544', '1', '+14477665544'],
    ['14045554900', null, '+14045554900'],
    ['14045554900', '', '+14045554900'],
    ['4045554900', '1', '+14045554900'],
    ['4045554900', '+1', '+14045554900'],
    ['+14045554900', '1', '+14045554900'],
    [' 14045554900', '1', '+14045554900'],
    ['14045554900\r\n', '1', '+14045554900'],
    ['447911123456', '44', '+447911123456'],
    ['07911123456', '44', '+447911123456'],
    ['447911123456', '1', '+447911123456'],
    ['447911123456', 'nonsense', '+447911123456'],
  ])('written %j with country code %j is %s', (written, countryCode, expected) => {
    const sender = readSender(written, countryCode);
    expect(sender).toEqual({ deviceAddress: written, deviceE164: expected, deviceE164Candidate: null });
  });

  it.each(['15555550100', '12345', '0', '4045554900', '1'.repeat(60_000), '++14045554900x', 'unknown', ' '])(
    'written %.20j is no number',
    (written) => expect(readSender(written, null).deviceE164).toBeNull(),
  );

  it.each([
    ['1447ß7665544', '+14477665544'],
    ['+1 (404) 555-4900', '+14045554900'],
    ['++14045554900', '+14045554900'],
    ['1404\u000055\u200b54900', '+14045554900'],
    ['anonymous', null],
    ['1555ß5550100', null],
  ])('written %j has the candidate %s and no number', (written, candidate) => {
    expect(readSender(written, '1')).toEqual({
      ...{ deviceAddress: written, deviceE164: null, deviceE164Candidate: candidate },
    });
  });
});
