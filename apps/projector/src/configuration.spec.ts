import { Settings, WrongSetting } from '@mo-ledger/http';
import { readConfiguration } from './configuration.js';

describe('the settings of the projector', () => {
  const read = (env: Record<string, string>) => () => readConfiguration(new Settings(env));

  it('must name the event store', () => {
    expect(read({})).toThrow(WrongSetting);
    expect(read({})).toThrow(/^EVENTSTORE_URL: /);
    expect(read({ EVENTSTORE_URL: 'http://127.0.0.1:2113' })).toThrow(/^EVENTSTORE_URL: /);
  });

  it('use PGlite unless they name a database', () => {
    const given = { EVENTSTORE_URL: 'esdb://127.0.0.1:2113' };
    expect(read(given)()).toMatchObject({ database: { url: undefined }, dataDir: './data', port: 3000, leaseSeconds: 15 });
    expect(read({ ...given, DATABASE_URL: 'mysql://127.0.0.1' })).toThrow(/^DATABASE_URL: /);
  });

  it('say how long the others wait for a projector that is not heard of any more', () => {
    const given = { EVENTSTORE_URL: 'esdb://127.0.0.1:2113' };
    expect(read({ ...given, LEASE_SECONDS: '2' })()).toMatchObject({ leaseSeconds: 2 });
    for (const LEASE_SECONDS of ['1', '301', 'soon'])
      expect(read({ ...given, LEASE_SECONDS })).toThrow(/^LEASE_SECONDS: /);
  });
});
