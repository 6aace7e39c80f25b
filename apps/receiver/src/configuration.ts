import { LedgerKey } from '@mo-ledger/event-sourcing';
import { Settings } from '@mo-ledger/http';

/** The settings of the receiver alone (API.md, Settings). Throws WrongSetting, InvalidLedgerKey. */
export function readConfiguration(settings = new Settings()) {
  const why = 'the receiver alone records into an event store that others use too';
  return {
    ...settings.listen,
    eventStoreUrl: settings.eventStoreUrl ?? settings.required('EVENTSTORE_URL', why),
    ledgerKey: new LedgerKey(settings.required('LEDGER_KEY', 'the ids in the event store are derived from it')),
    sources: settings.gatewaySources(),
    trustedProxies: settings.trustedProxies,
    retryMinutes: settings.retryMinutes,
    logLevel: settings.logLevel,
  };
}
export type Configuration = ReturnType<typeof readConfiguration>;
