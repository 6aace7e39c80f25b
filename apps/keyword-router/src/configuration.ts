import { LedgerKey } from '@mo-ledger/event-sourcing';
import { Settings } from '@mo-ledger/http';

/** The settings of the keyword router (API.md, Settings). Throws WrongSetting, InvalidLedgerKey. */
export function readConfiguration(settings = new Settings()) {
  const why = 'the keyword router works on an event store that others use too';
  return {
    ...settings.listen,
    eventStoreUrl: settings.eventStoreUrl ?? settings.required('EVENTSTORE_URL', why),
    ledgerKey: new LedgerKey(settings.required('LEDGER_KEY', 'the ids in the event store are derived from it')),
    logLevel: settings.logLevel,
  };
}
export type Configuration = ReturnType<typeof readConfiguration>;
