import { LedgerKey } from '@mo-ledger/event-sourcing';
import { Settings, WrongSetting } from '@mo-ledger/http';

/** The settings of the keyword router (API.md, Settings). Throws WrongSetting. */
export function readConfiguration(settings = new Settings()) {
  settings.required('EVENTSTORE_URL', 'the keyword router works on an event store that others use too');
  return {
    host: settings.text('HOST', '127.0.0.1'),
    port: settings.integer('PORT', 3000, { max: 65_535 }),
    eventStoreUrl: settings.url('EVENTSTORE_URL', EVENT_STORES) ?? '',
    ledgerKey: ledgerKey(settings.required('LEDGER_KEY', 'the ids in the event store are derived from it')),
    logLevel: settings.logLevel,
  };
}
export type Configuration = ReturnType<typeof readConfiguration>;

const EVENT_STORES = ['esdb', 'esdb+discover', 'kurrentdb', 'kurrentdb+discover'];

function ledgerKey(hex: string): LedgerKey {
  try {
    return new LedgerKey(hex);
  } catch {
    throw new WrongSetting('LEDGER_KEY', 'must be 32 bytes in hex (64 digits)');
  }
}
