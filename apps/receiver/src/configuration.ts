import { LedgerKey } from '@mo-ledger/event-sourcing';
import { Settings } from '@mo-ledger/http';

/** The settings of the receiver alone (API.md, Settings). Throws WrongSetting and InvalidLedgerKey. */
export function readConfiguration(settings = new Settings()) {
  const why = 'the receiver alone records into an event store that others use too';
  settings.required('EVENTSTORE_URL', why);
  return {
    host: settings.text('HOST', '127.0.0.1'),
    port: settings.integer('PORT', 3000, { max: 65_535 }),
    eventStoreUrl: settings.url('EVENTSTORE_URL', EVENT_STORES) ?? '',
    ledgerKey: new LedgerKey(settings.required('LEDGER_KEY', 'the ids in the event store are derived from it')),
    sources: settings.ranges('GATEWAY_SOURCES', '208.71.240.0/21'),
    trustedProxies: settings.ranges('TRUSTED_PROXIES', ''),
    retryMinutes: settings.integers('GATEWAY_RETRY_MINUTES', '1,5,10,60,120,360,720'),
    logLevel: settings.logLevel,
  };
}
export type Configuration = ReturnType<typeof readConfiguration>;

const EVENT_STORES = ['esdb', 'esdb+discover', 'kurrentdb', 'kurrentdb+discover'];
