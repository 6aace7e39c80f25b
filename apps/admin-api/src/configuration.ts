import { LedgerKey } from '@mo-ledger/event-sourcing';
import { Settings } from '@mo-ledger/http';

/** The settings of the admin API alone (API.md, Settings). Throws WrongSetting, InvalidLedgerKey. */
export function readConfiguration(settings = new Settings()) {
  const why = 'the admin API alone works on an event store that others use too';
  return {
    ...settings.listen,
    eventStoreUrl: settings.eventStoreUrl ?? settings.required('EVENTSTORE_URL', why),
    ledgerKey: new LedgerKey(settings.required('LEDGER_KEY', 'the ids in the event store are derived from it')),
    retryMinutes: settings.retryMinutes,
    logLevel: settings.logLevel,
  };
}
export type Configuration = ReturnType<typeof readConfiguration>;
