import { Settings, WrongSetting } from '@mo-ledger/http';
import { readConfiguration } from './configuration.js';

describe('the settings of the projector', () => {
  const read = (env: Record<string, string>) => () => readConfiguration(new Settings(env));

  const given = { EVENTSTORE_URL: 'esdb://127.0.0.1:2113', DATABASE_URL: 'postgres://127.0.0.1/mo' };

  it('must name the event store and the database', () => {
    expect(read(given)()).toMatchObject({ database: { url: given.DATABASE_URL }, port: 3000, leaseSeconds: 15 });
    expect(read({})).toThrow(WrongSetting);
    expect(read({})).toThrow(/^EVENTSTORE_URL: /);
    expect(read({ ...given, EVENTSTORE_URL: 'http://127.0.0.1:2113' })).toThrow(/^EVENTSTORE_URL: /);
    expect(read({ ...given, DATABASE_URL: '' })).toThrow(/^DATABASE_URL: must be set/);
    expect(read({ ...given, DATABASE_URL: 'mysql://127.0.0.1' })).toThrow(/^DATABASE_URL: /);
  });

  it('say how long the others wait for a projector that is not heard of any more', () => {
    expect(read({ ...given, LEASE_SECONDS: '2' })()).toMatchObject({ leaseSeconds: 2 });
    for (const LEASE_SECONDS of ['1', '301', 'soon'])
      expect(read({ ...given, LEASE_SECONDS })).toThrow(/^LEASE_SECONDS: /);
  });
});
